"""The torch-free side of the judge: ask for a grading, get a verdict."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Literal, Self

from labs.grading import channel, endpoint
from labs.grading.answers import UnreadableAnswer
from labs.grading.catalogue import Lab
from labs.grading.conclusion import conclude, unreadable
from labs.grading.difference import Difference
from labs.grading.manifest import Preload, SuiteName
from labs.grading.verdict import Device, Isolation, JudgeFault, Machine, RunOutput, Verdict

__all__ = ["DeviceUnavailable", "Judge", "JudgeFault"]


class DeviceUnavailable(ValueError):
    """The device that was asked for is not on this machine. The message says what to ask for instead."""


class Judge:
    """A client of the judge service, which is started when it is first needed and ends with its last client.

    Thread-safe: several threads may ask at once. Close it (or leave its `with` block) when it is needed no more.
    A service that was killed is started again.
    """

    def __init__(self, *, device: Literal["auto", "cpu", "cuda"] = "auto") -> None:
        self._wanted_device = device
        self._lock = threading.Lock()
        self._closed = False
        self._busy: set[socket.socket] = set()
        self._idle: list[socket.socket] = []
        """Held open between two requests, so that the service stays."""
        self._machines: dict[Preload, Machine] = {}

    def wait_until_warm(self, on_progress: Callable[[str], None] | None = None, *, lab: Lab | None = None) -> None:
        """Block until a grading (of `lab`, if given) would start at once; `on_progress` gets short texts.

        Raises JudgeFault, or DeviceUnavailable.
        """
        preload: Preload = lab.manifest.preload if lab else "torch"
        self._machines.pop(preload, None)  # the service may have been started again since
        if not self._machine(preload, on_progress).cuda and self._wanted_device == "cuda":
            raise DeviceUnavailable("no GPU can be used on this machine; ask for --device cpu or auto")

    @property
    def isolation(self) -> Isolation:
        """How answers are kept apart here. Waits until the judge is warm."""
        return self._machine("torch").isolation

    @property
    def device(self) -> Device:
        """Where code runs: what was asked for, or what `auto` came to. Waits until the judge is warm."""
        return self._device("torch")

    def grade(
        self, lab: Lab, answer: bytes, *, suite: SuiteName = "hidden", seed: str | None = None, path: str = ""
    ) -> Verdict:
        """Judge one answer. `seed` replays a verdict; without one a fresh secret seed is drawn. Raises JudgeFault."""
        request = self._about(lab, answer) | {"op": "grade", "suite": suite, "seed": seed, "path": path}
        return Verdict.model_validate(self._ask(request)["verdict"])

    def run(self, lab: Lab, answer: bytes, snippet: str) -> RunOutput:
        """Run the candidate's own snippet after the candidate's own answer, in the same sandbox. Raises JudgeFault."""
        request = self._about(lab, answer) | {"op": "run", "snippet": snippet}
        return RunOutput.model_validate(self._ask(request)["output"])

    def evaluate(self, source: bytes, snippet: str, *, preload: Preload = "peft") -> RunOutput:
        """Run `snippet` after the module `source`, which belongs to no lab, in the same sandbox. Raises JudgeFault."""
        asked = {"op": "evaluate", "source": base64.b64encode(source).decode(), "snippet": snippet, "preload": preload}
        return RunOutput.model_validate(self._ask(asked)["output"])

    def smallest_difference(self, lab: Lab, answer: bytes) -> Difference | None:
        """The smallest visible call found on which the answer and the reference differ. For learners only.

        None where none was found in half of the lab's time. Raises JudgeFault, also for a lab without cases.
        """
        found = self._ask(self._about(lab, answer) | {"op": "compare"})["difference"]
        return Difference.model_validate(found) if found else None

    def refuse(self, lab: Lab, reason: UnreadableAnswer, *, path: str) -> Verdict:
        """The verdict on an answer whose bytes cannot be read: failed, with the fault `unreadable`."""
        return conclude(
            lab,
            "hidden",
            unreadable(lab, reason),
            path=path,
            sha256="",
            seed="",
            device=self._device_for(lab),
            machine=self._machine(lab.manifest.preload),
            seconds=0.0,
        )

    def close(self) -> None:
        """Leave the service; whoever waits for it gets a JudgeFault. Twice does no harm."""
        with self._lock:
            self._closed = True
            for sock in self._busy:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        self._hang_up_idle()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _about(self, lab: Lab, answer: bytes) -> dict[str, Any]:
        return {
            "lab": {"track": lab.track.value, "folder": str(lab.folder.resolve())},
            "answer": base64.b64encode(answer).decode(),
            "device": self._device_for(lab),
        }

    def _machine(self, preload: Preload, on_progress: Callable[[str], None] | None = None) -> Machine:
        if preload not in self._machines:
            found = self._ask({"op": "machine", "preload": preload}, on_progress)
            self._machines[preload] = Machine.model_validate(found)
        return self._machines[preload]

    def _device(self, preload: Preload) -> Device:
        return "cuda" if self._wanted_device != "cpu" and self._machine(preload).cuda else "cpu"

    def _device_for(self, lab: Lab) -> Device:
        return "cpu" if lab.manifest.cpu_only else self._device(lab.manifest.preload)

    def _ask(self, request: dict[str, Any], on_progress: Callable[[str], None] | None = None) -> dict[str, Any]:
        """One request, once more if the service was lost meanwhile: no request does anything but ask."""
        for _ in range(2):
            try:
                with self._connection() as sock:
                    channel.send(sock, request)
                    reply, _ = channel.receive(sock)
                    while reply.get("warming"):
                        if on_progress:
                            on_progress("warming up the judge")
                        reply, _ = channel.receive(sock)
            except OSError:
                continue
            if "fault" in reply:
                raise JudgeFault(reply["fault"])
            return reply
        raise JudgeFault("the judge ended while it was asked, twice; run `ropes doctor` to see what is missing")

    @contextlib.contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        """A connection for one request; kept afterwards. Raises JudgeFault where this judge was closed."""
        with self._lock:
            if self._closed:
                raise JudgeFault("the judge was closed; start it again")
            sock = self._idle.pop() if self._idle else endpoint.connect()
            self._busy.add(sock)
        try:
            yield sock
        except BaseException:
            sock.close()
            self._hang_up_idle()
            raise
        else:
            with self._lock:
                if self._closed:
                    sock.close()
                else:
                    self._idle.append(sock)
        finally:
            with self._lock:
                self._busy.discard(sock)

    def _hang_up_idle(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().close()
