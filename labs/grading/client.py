"""The torch-free side of the judge: ask for a grading, get a verdict."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from labs.grading import channel, diagnosis, frames
from labs.grading.answers import UnreadableAnswer
from labs.grading.catalogue import Lab
from labs.grading.manifest import OWN_WORK, Preload, SuiteName
from labs.grading.verdict import (
    MAX_LINE,
    Device,
    Fault,
    Findings,
    Isolation,
    Outcome,
    PropertyVerdict,
    RunOutput,
    Verdict,
)
from labs.grading.warm_process import WARM_SECONDS, JudgeFault, WarmProcess

__all__ = ["DeviceUnavailable", "Judge", "JudgeFault"]

SPARE_SECONDS = 15.0
"""How much longer than its lab's limit a grading may take before the judge itself is at fault."""


class DeviceUnavailable(ValueError):
    """The device that was asked for is not on this machine. The message says what to ask for instead."""


@dataclass
class _Server:
    """A judge server: its channel, and the lock that keeps two gradings from writing to it at once."""

    channel: socket.socket
    lock: threading.Lock


class Judge:
    """A warm judge. Starting it is cheap; its zygote is warm some seconds later, and the first call waits for that.

    Thread-safe: several threads may grade at once. Close it (or leave its `with` block) to end its processes;
    they also end when this process dies.
    """

    def __init__(self, *, device: Literal["auto", "cpu", "cuda"] = "auto") -> None:
        self._wanted_device = device
        self._closed = False
        self._processes_lock = threading.Lock()
        self._processes: dict[Preload, WarmProcess] = {"torch": WarmProcess("torch")}
        self._servers_lock = threading.Lock()
        self._servers: dict[tuple[str, SuiteName, str], _Server] = {}

    def wait_until_warm(self, on_progress: Callable[[str], None] | None = None, *, lab: Lab | None = None) -> None:
        """Block until a grading (of `lab`, if given) would start at once; `on_progress` gets short texts.

        Raises JudgeFault, or DeviceUnavailable.
        """
        process = self._process(lab.manifest.preload if lab else "torch")
        if on_progress and not process.is_warm:
            on_progress("warming up the judge")
        if not process.hello()["cuda"] and self._wanted_device == "cuda":
            raise DeviceUnavailable("no GPU can be used on this machine; ask for --device cpu or auto")

    @property
    def isolation(self) -> Isolation:
        """How answers are kept apart here. Waits until the judge is warm."""
        self.wait_until_warm()
        return Isolation.model_validate(self._process("torch").hello()["isolation"])

    @property
    def device(self) -> Device:
        """Where code runs: what was asked for, or what `auto` came to. Waits until the judge is warm."""
        self.wait_until_warm()
        return "cuda" if self._wanted_device != "cpu" and self._process("torch").hello()["cuda"] else "cpu"

    def grade(
        self,
        lab: Lab,
        answer: bytes,
        *,
        suite: SuiteName = "hidden",
        seed: str | None = None,
        path: str = "",
    ) -> Verdict:
        """Judge one answer. `seed` replays a verdict; without one a fresh secret seed is drawn. Raises JudgeFault."""
        self.wait_until_warm(lab=lab)
        seed = seed if seed is not None else secrets.token_hex(16)
        started = time.monotonic()
        server = self._server(lab, suite)
        with self._candidate(lab, answer) as candidate:
            findings = self._judge(server, lab, candidate, seed)
        if findings.broken:
            raise JudgeFault(f"the suite of {lab.id} failed on our side: {findings.broken}; please report it")
        seconds = time.monotonic() - started
        digest = hashlib.sha256(answer).hexdigest()
        return self._verdict(lab, suite, findings, seed=seed, path=path, sha256=digest, seconds=seconds)

    def refuse(self, lab: Lab, reason: UnreadableAnswer, *, path: str) -> Verdict:
        """The verdict on an answer whose bytes cannot be read: failed, with the fault `unreadable`."""
        findings = Findings(
            broken="",
            properties=[
                PropertyVerdict(
                    name=p.name,
                    title=p.title,
                    weight=p.weight,
                    outcome=Outcome.ERROR,
                    diagnosis=diagnosis.unreadable(str(reason)),
                )
                for p in lab.manifest.hidden
            ],
            flags=[],
            faults=[Fault.UNREADABLE],
        )
        return self._verdict(lab, "hidden", findings, seed="", path=path, sha256="", seconds=0.0)

    def run(self, lab: Lab, answer: bytes, snippet: str) -> RunOutput:
        """Run the candidate's own snippet after the candidate's own answer, in the same sandbox. Raises JudgeFault."""
        self.wait_until_warm(lab=lab)
        limits = lab.manifest.limits
        deadline = time.monotonic() + limits.seconds
        with self._candidate(lab, answer) as sock:
            try:
                greeting, _ = frames.receive_frame(sock, deadline=deadline)
                if greeting.get("sandboxed") is not True:
                    raise JudgeFault(f"the sandbox failed: {greeting.get('problem')}; run `ropes doctor`")
                frames.receive_frame(sock, deadline=deadline)  # what the source gives away matters to no one here
                loaded, _ = frames.receive_frame(sock, deadline=deadline)
                if loaded.get("loaded") is not True:
                    error = loaded.get("error") or {}
                    line = f"{lab.manifest.answer}:{error.get('line')}: {error.get('type')}: {error.get('text')}"
                    return RunOutput(traceback=[line[:MAX_LINE]], fault=Fault.UNREADABLE)
                deadline = min(deadline, time.monotonic() + limits.call_seconds)
                frames.send_frame(sock, {"run": snippet}, deadline=deadline)
                reply, _ = frames.receive_frame(sock, deadline=deadline)
                return RunOutput.model_validate(reply.get("output"))
            except frames.FrameFault as error:
                return RunOutput(fault=error.fault)
            except (ValueError, AttributeError):
                return RunOutput(fault=Fault.PROTOCOL)

    def close(self) -> None:
        """End the judge's processes, busy or not. Twice does no harm."""
        with self._processes_lock:
            self._closed = True
            for process in self._processes.values():
                process.close()
        for server in list(self._servers.values()):
            server.channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _verdict(
        self,
        lab: Lab,
        suite: SuiteName,
        findings: Findings,
        *,
        seed: str,
        path: str,
        sha256: str,
        seconds: float,
    ) -> Verdict:
        ran = [p for p in findings.properties if p.outcome is not Outcome.NOT_VERIFIED_HERE]
        passed = [p for p in ran if p.outcome is Outcome.PASSED]
        no_proof = {OWN_WORK, *(p.name for p in lab.manifest.suite(suite) if p.self_reported)}
        return Verdict(
            lab=lab.id,
            lab_version=lab.version,
            suite=suite,
            answer=frames.sendable(path),  # a file name need not be text
            sha256=sha256,
            passed=passed == ran and any(p.name not in no_proof for p in ran),
            verified=len(ran) == len(findings.properties),
            score=sum(p.weight for p in passed) / sum(p.weight for p in ran) if ran else 0.0,
            device=self._device_for(lab),
            isolation=self.isolation,
            seed=seed,
            seconds=round(seconds, 4),
            properties=findings.properties,
            flags=findings.flags,
            faults=findings.faults,
        )

    @contextlib.contextmanager
    def _candidate(self, lab: Lab, answer: bytes) -> Iterator[socket.socket]:
        """A sandboxed process that loads `answer`, seen through its socket. Nothing of it is left afterwards."""
        manifest = lab.manifest
        task = {
            "harness": str(lab.harness),
            "answer_name": manifest.answer,
            "forbidden": manifest.forbidden,
            "libraries": manifest.libraries,
            "decoy": str(lab.reference),
            "device": self._device_for(lab),
            "seconds": manifest.limits.seconds,
            "memory_mib": manifest.limits.memory_mib,
        }
        ours, theirs = socket.socketpair()
        lifeline, wardens_end = socket.socketpair()
        with ours, lifeline:
            with theirs, wardens_end, tempfile.TemporaryFile() as file:
                file.write(answer)
                file.seek(0)
                fds = [theirs.fileno(), file.fileno(), wardens_end.fileno()]
                self._process(manifest.preload).ask({"op": "candidate", "task": task}, fds)
            try:
                yield ours
            finally:
                lifeline.shutdown(socket.SHUT_WR)  # the warden ends the candidate
                lifeline.settimeout(SPARE_SECONDS)
                with contextlib.suppress(OSError):
                    lifeline.recv(1)  # and hangs up when nothing of it is left

    def _judge(self, server: _Server, lab: Lab, candidate: socket.socket, seed: str) -> Findings:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, server.lock:
                request = {"op": "grade", "seed": seed, "device": self._device_for(lab)}
                try:
                    channel.send(server.channel, request, [candidate.fileno(), theirs.fileno()])
                except OSError as error:
                    self._forget(server)
                    raise JudgeFault(f"the judge of {lab.id} has ended; grade the answer again") from error
            candidate.close()  # the judge has its own copy: when it ends, the candidate sees the end
            ours.settimeout(lab.manifest.limits.seconds + SPARE_SECONDS)
            try:
                return Findings.model_validate(channel.receive(ours)[0])
            except (OSError, ValueError) as error:
                self._forget(server)
                said = self._process(lab.manifest.preload).last_error()
                raise JudgeFault(
                    f"the judge of {lab.id} ended without a verdict ({said}); grade the answer again"
                ) from error

    def _device_for(self, lab: Lab) -> Device:
        return "cpu" if lab.manifest.cpu_only else self.device

    def _process(self, preload: Preload) -> WarmProcess:
        """The zygote that holds `preload`; started when it is first asked for."""
        with self._processes_lock:
            if self._closed:
                raise JudgeFault("the judge was closed; start it again")
            if preload not in self._processes:
                self._processes[preload] = WarmProcess(preload)
            return self._processes[preload]

    def _server(self, lab: Lab, suite: SuiteName) -> _Server:
        """The judge server of a suite in the version that `lab` was read in; started when it is first asked for."""
        key = (str(lab.folder), suite, lab.version)
        process = self._process(lab.manifest.preload)
        with self._servers_lock:
            if key not in self._servers:
                self._servers[key] = _start_server(process, lab, suite)
            return self._servers[key]

    def _forget(self, server: _Server) -> None:
        """Let the next grading start a new server."""
        with self._servers_lock:
            self._servers = {key: other for key, other in self._servers.items() if other is not server}


def _start_server(process: WarmProcess, lab: Lab, suite: SuiteName) -> _Server:
    ours, theirs = socket.socketpair()
    with theirs:
        request = {"op": "server", "lab": str(lab.folder), "track": lab.track.value, "suite": suite}
        process.ask(request, [theirs.fileno()])
    ours.settimeout(WARM_SECONDS)
    try:
        hello, _ = channel.receive(ours)
    except (OSError, ValueError) as error:
        ours.close()
        raise JudgeFault(f"the judge of {lab.id} did not start ({process.last_error()}); try again") from error
    if not hello["ready"]:
        ours.close()
        raise JudgeFault(f"the {suite} suite of {lab.id} is broken: {hello['problem']}")
    ours.settimeout(None)
    return _Server(ours, threading.Lock())
