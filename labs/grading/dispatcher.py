"""Brings a candidate and a judge together: it holds the zygotes, the judge servers and the seeds."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from labs.grading import channel, frames
from labs.grading.catalogue import Lab
from labs.grading.conclusion import conclude
from labs.grading.difference import Difference
from labs.grading.judge_servers import JudgeServers, ServerLost
from labs.grading.manifest import Limits, Preload, SuiteName
from labs.grading.turns import Turns, processors
from labs.grading.verdict import MAX_LINE, Device, Fault, Findings, JudgeFault, Machine, RunOutput, Verdict
from labs.grading.verdict_cache import VerdictCache
from labs.grading.warm_process import WarmProcess

SPARE_SECONDS = 15.0
"""How much longer than its lab's limit a grading may take before the judge itself is at fault."""


@dataclass(frozen=True)
class _Ends:
    """What the dispatcher and the judge hold of a candidate's process."""

    sock: socket.socket
    obituary: socket.socket
    arena: list[int]


class Dispatcher:
    """A warm judge in this process. Thread-safe: several threads may grade at once.

    Its zygotes start when they are first asked for. Close it (or leave its `with` block) to end its processes;
    they also end when this process dies.
    """

    def __init__(self) -> None:
        self._closed = False
        self._processes_lock = threading.Lock()
        self._processes: dict[Preload, WarmProcess] = {}
        self._servers = JudgeServers()
        self._turns = Turns(processors())
        self._gpu = threading.Lock()
        self._cache = VerdictCache()

    def machine(self, preload: Preload = "torch") -> Machine:
        """What a zygote found here. Waits until it is warm. Raises JudgeFault."""
        return self._process(preload).machine()

    def is_warm(self, preload: Preload = "torch") -> bool:
        """Whether `machine` would answer at once. If not, the zygote starts warming up."""
        return self._process(preload).is_warm

    def grade(
        self,
        lab: Lab,
        answer: bytes,
        *,
        suite: SuiteName = "hidden",
        seed: str | None = None,
        path: str = "",
        device: Device = "cpu",
    ) -> Verdict:
        """Judge one answer. `seed` replays a verdict; without one a fresh secret seed is drawn. Raises JudgeFault.

        An answer that ran out of time is judged again with nobody else on the machine, and only that counts.
        """
        device = "cpu" if lab.manifest.cpu_only else device
        sha256 = hashlib.sha256(answer).hexdigest()
        key = (lab.version, suite, sha256, seed or "", device)
        if seed is not None and (known := self._cache.get(*key)):
            return known.model_copy(update={"answer": frames.sendable(path)})
        machine = self.machine(lab.manifest.preload)
        drawn = seed if seed is not None else secrets.token_hex(16)
        with self._turns.shared():
            findings, seconds = self._find_out(lab, answer, suite, drawn, device)
        if Fault.TIMEOUT in findings.faults:
            with self._turns.alone():
                findings, seconds = self._find_out(lab, answer, suite, drawn, device)
        verdict = conclude(
            lab,
            suite,
            findings,
            path=path,
            sha256=sha256,
            seed=drawn,
            device=device,
            machine=machine,
            seconds=seconds,
        )
        if seed is not None:
            self._cache.put(verdict, *key)
        return verdict

    def run(self, lab: Lab, answer: bytes, snippet: str, *, device: Device = "cpu") -> RunOutput:
        """Run the candidate's own snippet after the candidate's own answer, in the same sandbox. Raises JudgeFault."""
        device = "cpu" if lab.manifest.cpu_only else device
        with self._gpu_if(device):
            return self._run(_task_of(lab, device), lab.manifest.preload, answer, snippet)

    def evaluate(self, source: bytes, snippet: str, *, preload: Preload = "peft") -> RunOutput:
        """Run `snippet` after the module `source`, which belongs to no lab, in the same sandbox. Raises JudgeFault."""
        return self._run(_task_of_code(_LIBRARIES[preload]), preload, source, snippet)

    def _run(self, task: dict[str, Any], preload: Preload, source: bytes, snippet: str) -> RunOutput:
        limits = Limits(**task["limits"])
        self.machine(preload)
        with self._turns.shared(), self._candidate(task, preload, source) as ends:
            deadline = time.monotonic() + limits.seconds
            wire = frames.Wire(ends.sock)
            try:
                greeting, _ = wire.receive(deadline=deadline)
                if greeting.get("sandboxed") is not True:
                    raise JudgeFault(f"the sandbox failed: {greeting.get('problem')}; run `ropes doctor`")
                wire.receive(deadline=deadline)  # what the source gives away matters to no one here
                loaded, _ = wire.receive(deadline=deadline)
                if loaded.get("loaded") is not True:
                    error = loaded.get("error") or {}
                    line = f"{task['answer_name']}:{error.get('line')}: {error.get('type')}: {error.get('text')}"
                    return RunOutput(traceback=[line[:MAX_LINE]], fault=Fault.UNREADABLE)
                deadline = min(deadline, time.monotonic() + limits.call_seconds)
                wire.send({"run": snippet}, deadline=deadline)
                reply, _ = wire.receive(deadline=deadline)
                return RunOutput.model_validate(reply.get("output"))
            except frames.FrameFault as error:
                return RunOutput(fault=error.fault)
            except (ValueError, AttributeError):
                return RunOutput(fault=Fault.PROTOCOL)

    def smallest_difference(self, lab: Lab, answer: bytes, *, device: Device = "cpu") -> Difference | None:
        """The smallest visible call found on which the answer and the reference differ, for learners.

        None where none was found in half of the lab's time. Raises JudgeFault, also for a lab without cases.
        """
        device = "cpu" if lab.manifest.cpu_only else device
        task = _task_of(lab, device)
        process = self._process(lab.manifest.preload)
        process.machine()
        with (
            self._turns.shared(),
            self._gpu_if(device),
            self._candidate(task, lab.manifest.preload, answer) as served,
            self._candidate(task, lab.manifest.preload, answer) as fresh,
        ):
            ours, theirs = socket.socketpair()
            with ours:
                with theirs:
                    fds = [theirs.fileno()]
                    for ends in (served, fresh):
                        fds += [ends.sock.fileno(), ends.obituary.fileno(), *ends.arena]
                    request = {"op": "explore", "lab": str(lab.folder), "track": lab.track.value, "device": device}
                    process.ask(request, fds)
                ours.settimeout(lab.manifest.limits.seconds + SPARE_SECONDS)
                try:
                    reply, _ = channel.receive(ours)
                except (OSError, ValueError) as error:
                    raise JudgeFault(
                        f"comparing with the reference of {lab.id} came to no end ({process.last_error()}); try again"
                    ) from error
        if reply["problem"]:
            raise JudgeFault(f"comparing with the reference of {lab.id} failed on our side: {reply['problem']}")
        return Difference.model_validate(reply["difference"]) if reply["difference"] else None

    def close(self) -> None:
        """End all processes, busy or not. Twice does no harm."""
        with self._processes_lock:
            self._closed = True
            for process in self._processes.values():
                process.close()
        self._servers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _find_out(self, lab: Lab, answer: bytes, suite: SuiteName, seed: str, device: Device) -> tuple[Findings, float]:
        """What a judge finds, and the seconds it took. A judge that is lost on the way is replaced, once."""
        started = time.monotonic()
        with self._gpu_if(device):
            try:
                findings = self._judge(lab, answer, suite, seed, device)
            except ServerLost:
                findings = self._judge(lab, answer, suite, seed, device)
        if findings.broken:
            raise JudgeFault(f"the suite of {lab.id} failed on our side: {findings.broken}; please report it")
        return findings, time.monotonic() - started

    def _judge(self, lab: Lab, answer: bytes, suite: SuiteName, seed: str, device: Device) -> Findings:
        process = self._process(lab.manifest.preload)
        task = _task_of(lab, device)
        ours, theirs = socket.socketpair()
        with (
            ours,
            self._servers.using(process, lab, suite) as server,
            self._candidate(task, lab.manifest.preload, answer) as ends,
        ):
            try:
                with theirs:
                    fds = [ends.sock.fileno(), theirs.fileno(), ends.obituary.fileno(), *ends.arena]
                    server.ask({"op": "grade", "seed": seed, "device": device}, fds)
                ends.sock.close()  # the judge has its own copy: when it ends, the candidate sees the end
                ours.settimeout(lab.manifest.limits.seconds + SPARE_SECONDS)
                return Findings.model_validate(channel.receive(ours)[0])
            except (OSError, ValueError) as error:
                said = process.last_error()
                raise ServerLost(f"the judge of {lab.id} ended without a verdict ({said}); try again") from error

    @contextlib.contextmanager
    def _candidate(self, task: dict[str, Any], preload: Preload, answer: bytes) -> Iterator[_Ends]:
        """A sandboxed process that loads `answer`. Nothing of it is left afterwards."""
        ours, theirs = socket.socketpair()
        lifeline, wardens_lifeline = socket.socketpair()
        obituary, wardens_obituary = socket.socketpair()
        arena = frames.make_arena()
        with ours, lifeline, obituary:
            try:
                with theirs, wardens_lifeline, wardens_obituary, tempfile.TemporaryFile() as file:
                    file.write(answer)
                    file.seek(0)
                    fds = [theirs.fileno(), file.fileno(), wardens_lifeline.fileno(), wardens_obituary.fileno(), *arena]
                    self._process(preload).ask({"op": "candidate", "task": task}, fds)
                yield _Ends(ours, obituary, arena)
            finally:
                for fd in arena:
                    os.close(fd)
                with contextlib.suppress(OSError):
                    lifeline.shutdown(socket.SHUT_WR)  # the warden ends the candidate
                    lifeline.settimeout(SPARE_SECONDS)
                    lifeline.recv(1)  # and hangs up when nothing of it is left

    def _gpu_if(self, device: Device) -> contextlib.AbstractContextManager[object]:
        """One answer at a time has the GPU."""
        return self._gpu if device == "cuda" else contextlib.nullcontext()

    def _process(self, preload: Preload) -> WarmProcess:
        """The zygote that holds `preload`; started when it is first asked for, and again where it has ended."""
        with self._processes_lock:
            if self._closed:
                raise JudgeFault("the judge was closed; start it again")
            if preload in self._processes and self._processes[preload].has_ended:
                self._processes.pop(preload).close()
            if preload not in self._processes:
                self._processes[preload] = WarmProcess(preload)
            return self._processes[preload]


def _task_of(lab: Lab, device: Device) -> dict[str, Any]:
    """What the process of an answer to `lab` is told (`candidate.Task`)."""
    manifest = lab.manifest
    return {
        "harness": str(lab.harness),
        "answer_name": manifest.answer,
        "forbidden": manifest.forbidden,
        "libraries": manifest.libraries,
        "decoy": str(lab.reference),
        "device": device,
        "limits": manifest.limits.model_dump(),
    }


def _task_of_code(libraries: list[str]) -> dict[str, Any]:
    """The same for code that belongs to no lab; what it must not be able to read is this file, say."""
    return {
        "harness": None,
        "answer_name": "code.py",
        "forbidden": [],
        "libraries": libraries,
        "decoy": __file__,
        "device": "cpu",
        "limits": Limits().model_dump(),
    }


_LIBRARIES: dict[Preload, list[str]] = {
    "torch": ["torch"],
    "optim": ["torch"],
    "deepspeed": ["torch", "deepspeed"],
    "peft": ["torch", "transformers", "peft", "accelerate", "huggingface_hub", "tokenizers", "safetensors"],
}
"""What code that belongs to no lab may import, by what is held warm for it."""
