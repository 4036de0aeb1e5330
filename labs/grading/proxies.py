"""The two sides of a comparison, called the same way: `candidate` in its sandbox, `reference` in the judge."""

from __future__ import annotations

import builtins
import importlib.util
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from labs.grading.catalogue import Lab
from labs.grading.frames import FrameFault, Wire
from labs.grading.manifest import Limits
from labs.grading.source_check import Finding
from labs.grading.suite import Mismatch
from labs.grading.tensors import pack, unpack
from labs.grading.verdict import Fault

MAX_FINDINGS = 100
OBITUARY_SECONDS = 1.0


class Raised(Exception):
    """The answer raised: its process lives on and can be called again. What it says of itself is bounded here."""

    def __init__(self, error: object) -> None:
        if not isinstance(error, dict):
            raise FrameFault(Fault.PROTOCOL, "an error is not described as it should be")
        name = error.get("type")
        # Any other name could carry what the answer has seen of a hidden input.
        self.type_name = name if isinstance(name, str) and hasattr(builtins, name) else "Exception"
        self.line = _line(error.get("line"))
        self.text = _text(error.get("text"))[:500]
        self.fault = Fault.MEMORY if error.get("fault") == Fault.MEMORY else Fault.RAISED
        super().__init__(self.type_name)


class JudgeBroken(Exception):
    """Something on the judge's own side failed: there is no verdict."""


class Candidate:
    """The harness over the answer: each attribute is a harness function that is called in the answer's process.

    A call raises `Raised` where the answer raised, `FrameFault` where its process timed out, ended or broke the
    protocol (then, and for good, every further call too), `Mismatch` where a tensor came from the wrong device.
    """

    def __init__(
        self,
        wire: Wire,
        obituary: socket.socket,
        *,
        forbidden: Sequence[str],
        device: str,
        limits: Limits,
    ) -> None:
        self._wire = wire
        self._obituary = obituary
        self._forbidden = set(forbidden)
        self._forbidden_calls = {name.rsplit(".", 1)[-1] for name in forbidden}
        self._device = device
        self._deadline = time.monotonic() + limits.seconds
        self._limits = limits
        self._unavailable: Exception | None = None
        self._reached: set[Finding] = set()
        self._flags: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self._call, name)

    # The names below begin with an underscore because every other name is the harness's.

    def _meet(self) -> None:
        """Hear what the sandbox and the source check found, and wait until the answer is loaded.

        Where it cannot be, every call will raise why. Raises JudgeBroken where the sandbox was not engaged.
        """
        try:
            self._await_sandbox()
            source, _ = self._receive()
            self._reached = {f for f in _findings(source.get("forbidden")) if f.name in self._forbidden}
            self._flags = [f"line {f.line}: {f.name}" for f in _findings(source.get("hidden"))]
            loaded = self._receive()[0]
            if loaded.get("loaded") is not True:
                raise Raised(loaded.get("error"))
        except (Raised, FrameFault) as error:
            self._unavailable = error

    def _await_sandbox(self) -> None:
        try:
            greeting, _ = self._wire.receive(deadline=self._deadline)
        except FrameFault as fault:  # the answer has not been touched yet: this is no fault of its own
            raise JudgeBroken(f"the sandbox did not start: {fault}") from fault
        if greeting.get("sandboxed") is not True:
            raise JudgeBroken(f"the sandbox failed: {_text(greeting.get('problem'))}")

    def _call(self, name: str, *args: object, **kwargs: object) -> Any:
        if self._unavailable:
            raise self._unavailable
        header, body = pack({"args": list(args), "kwargs": kwargs})
        try:
            self._wire.send({"call": name, **header}, body, deadline=self._call_deadline())
            reply, blob = self._receive()
            self._note(reply.get("used"))
            if "error" in reply:
                raise Raised(reply["error"])
            value, origins = unpack(reply, blob)
        except FrameFault as fault:
            self._unavailable = fault  # the conversation cannot go on
            raise
        if not origins <= {self._device}:
            raise Mismatch(f"a tensor came back on another device than {self._device}")
        return value

    def _note(self, used: object) -> None:
        """Forbidden names that were called, as the answer's own process reports them.

        Only names that the lab forbids, and one line for each: anything more could carry a hidden input.
        """
        for finding in _findings(used):
            if finding.name in self._forbidden_calls - {r.name for r in self._reached}:
                self._reached.add(finding)

    def _receive(self) -> tuple[dict[str, Any], bytearray]:
        try:
            return self._wire.receive(deadline=self._call_deadline(), max_body=self._limits.output_mib * 2**20)
        except FrameFault as fault:
            if fault.fault is Fault.CRASHED:
                raise FrameFault(self._cause_of_death(), str(fault)) from fault
            raise

    def _cause_of_death(self) -> Fault:
        """What the warden says; it knows more than the end of a stream tells."""
        self._obituary.settimeout(OBITUARY_SECONDS)
        try:
            return Fault(self._obituary.recv(32).decode())
        except (OSError, ValueError):  # it said nothing, in time or at all
            return Fault.CRASHED

    def _call_deadline(self) -> float:
        return min(self._deadline, time.monotonic() + self._limits.call_seconds)


class Reference:
    """The harness over our reference, with the same functions as `Candidate`; a failure in here is the judge's own."""

    def __init__(self, harness: ModuleType, answer: ModuleType | str) -> None:
        self._harness = harness
        self._answer = answer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._harness, name)

        def call(*args: object, **kwargs: object) -> Any:
            try:
                # The harness gets copies, as the candidate does: no call can change a test's inputs.
                return function(self._answer, *map(_copy, args), **{k: _copy(v) for k, v in kwargs.items()})
            except Exception as error:
                raise JudgeBroken(f"our reference raised {type(error).__name__}: {error}") from error

        return call


def load_reference(lab: Lab) -> Reference:
    """Our reference behind the lab's harness."""
    is_code = lab.reference.suffix == ".py"
    answer = load_module(lab.reference, "reference") if is_code else lab.reference.read_text(encoding="utf-8")
    return Reference(load_module(lab.harness, "harness"), answer)


def load_module(path: Path, name: str) -> ModuleType:
    """The module in a file of ours, under no name that an import would find. Raises what it raises."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise JudgeBroken(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _findings(said: object) -> list[Finding]:
    """What an answer's process says it found, bounded; what is no finding is passed over."""
    entries = [entry for entry in said[:MAX_FINDINGS] if isinstance(entry, dict)] if isinstance(said, list) else []
    findings = [Finding(_text(entry.get("name"))[:80], _line(entry.get("line"))) for entry in entries]
    return [finding for finding in findings if finding.name]


def _text(value: object) -> str:
    """`value` where it is text; anything else might be too deep or too large to be written out."""
    return value if isinstance(value, str) else ""


def _line(value: object) -> int:
    return value if type(value) is int and 0 <= value < 100_000 else 0


def _copy(value: object) -> object:
    return value.clone() if isinstance(value, torch.Tensor) else value
