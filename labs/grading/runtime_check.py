"""Which forbidden library functions an answer reaches while it runs, however it spells them.

A TorchFunctionMode sees every call into torch's Python surface: `F.rms_norm`, `torch.rms_norm`, the operators
under `torch.ops`, and what library modules call in their turn. The answer's own process reports this, so it is
evidence, not proof.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from labs.grading.source_check import Finding


class CallRecorder(TorchFunctionMode):
    """Records calls of functions and operators whose name is, or was, the last part of a forbidden name."""

    def __init__(self, forbidden: Sequence[str], filename: str) -> None:
        super().__init__()
        self._forbidden = {name.rsplit(".", 1)[-1] for name in forbidden}
        # An answer can give a function another name, but it stays the same object.
        self._functions = {id(function): name for name in self._forbidden for function in _called(name)}
        self._filename = filename
        self._findings: set[Finding] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        # An operator's overload is called "rms_norm.default".
        name = self._functions.get(id(func)) or getattr(func, "__name__", "").split(".")[0]
        if name in self._forbidden:
            self._findings.add(Finding(name, self._line_in_answer()))
        return func(*args, **(kwargs or {}))

    def take(self) -> list[Finding]:
        """What was recorded since the last time."""
        findings, self._findings = sorted(self._findings, key=lambda f: (f.line, f.name)), set()
        return findings

    def _line_in_answer(self) -> int:
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self._filename:
                return frame.f_lineno
            frame = frame.f_back  # type: ignore[assignment]
        return 0


def _called(name: str) -> Iterator[object]:
    """The functions and operators of torch that are called `name`."""
    for holder in (torch, torch.nn.functional):
        if hasattr(holder, name):
            yield getattr(holder, name)
    if hasattr(torch.ops.aten, name):
        operator = getattr(torch.ops.aten, name)
        yield operator
        yield from (getattr(operator, overload) for overload in operator.overloads())
