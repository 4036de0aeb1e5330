"""The untrusted side: a sandboxed process that loads one answer and is called through the lab's harness.

It runs in a fork of the zygote, which has never seen a hidden suite, a reference or a seed. The conversation,
in frames (`labs.grading.frames`):

1. to the judge, before the answer is touched: `{"sandboxed": true}`, or `{"sandboxed": false, "problem": ...}`,
   which ends the grading as the judge's own fault;
2. to the judge, before a line of the answer has run: `{"forbidden": [...], "hidden": [...]}`;
3. to the judge, once the answer is loaded: `{"loaded": true}` or `{"loaded": false, "error": {...}}`;
4. then, per call, a request `{"call": name, ...packed arguments}` and its reply `{"used": [...], ...packed result}`
   or `{"used": [...], "error": {...}}`; or a request `{"run": snippet}` and its reply `{"output": {...}}`.
"""

from __future__ import annotations

import builtins
import linecache
import os
import random
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import torch

from labs.grading import source_check
from labs.grading.answers import MAX_ANSWER_BYTES
from labs.grading.frames import Arena, FrameFault, Wire, sendable
from labs.grading.manifest import Limits
from labs.grading.runtime_check import CallRecorder
from labs.grading.sandbox import plan as sandbox
from labs.grading.snippet import run_snippet
from labs.grading.tensors import pack, unpack
from labs.grading.verdict import Fault

SPARE_SECONDS = 2.0

_OUT_OF_MEMORY = ("can't allocate memory", "Cannot allocate memory", "CUDA out of memory", "CUDA error: out of memory")
"""How torch and the system (an OSError) say what is no MemoryError."""


@dataclass(frozen=True)
class Task:
    """What a candidate's process is told. Nothing in it is secret."""

    harness: str | None
    """None where nothing is called but a snippet."""
    answer_name: str
    forbidden: list[str]
    libraries: list[str]
    decoy: str
    device: str
    limits: Limits

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Task:
        return cls(**{**data, "limits": Limits(**data["limits"])})


def main(wire: Wire, answer_fd: int, task: Task, plan: sandbox.Plan, ruleset: int | None) -> None:
    """Sandbox this process, load the answer, serve calls until the judge hangs up: that raises FrameFault."""
    # The judge goes by its own clock, which started earlier or later: this one must not end before it.
    deadline = time.monotonic() + task.limits.seconds + SPARE_SECONDS
    try:
        source = _read_all(answer_fd)
        harness_source = Path(task.harness).read_bytes() if task.harness else b""
        _enter_sandbox(task, plan, ruleset)
    except Exception as error:  # nothing of the answer has run: this is our fault, not the answer's
        problem = f"{type(error).__name__}: {error}"
        wire.send({"sandboxed": False, "problem": problem}, deadline=deadline)
        return
    wire.send({"sandboxed": True}, deadline=deadline)
    findings, syntax_error = _check_source(source, task)  # a source can crash the parser: that is its own fault
    wire.send(findings, deadline=deadline)

    tempfile.tempdir = "/tmp"  # noqa: S108  (nothing can be written there, but libraries ask for it at import)
    random.seed(0)  # Python draws a new seed at every fork; the other generators are as the zygote left them
    recorder = CallRecorder(task.forbidden, task.answer_name)
    try:
        if syntax_error:
            raise syntax_error
        with recorder:
            answer = _load(source, task.answer_name) if _is_code(task) else source.decode("utf-8")
            harness = _load(harness_source, task.harness or "harness.py")
    except BaseException as error:  # SystemExit and KeyboardInterrupt are an answer's ways to fail, too
        wire.send({"loaded": False, "error": describe(error, task.answer_name)}, deadline=deadline)
        return
    wire.send({"loaded": True}, deadline=deadline)
    _serve(wire, answer, harness, recorder, task, deadline)


def _enter_sandbox(task: Task, plan: sandbox.Plan, ruleset: int | None) -> None:
    sandbox.apply(
        plan,
        ruleset=ruleset,
        cpu_seconds=task.limits.cpu_seconds,
        memory_mib=task.limits.memory_mib if task.device == "cpu" else None,
        processes=task.limits.processes,
        file_mib=task.limits.file_mib,
        cuda=task.device == "cuda",
    )
    if ruleset is not None:
        os.close(ruleset)
    if plan.landlock and not sandbox.is_unreadable(Path(task.decoy)):
        raise PermissionError(f"the sandbox is not engaged: {task.decoy} can be read")
    if task.device == "cuda":
        _start_cuda()


def _start_cuda() -> None:
    """It takes a second or so, of which no call shall pay, and where it fails the fault is none of the answer's."""
    torch.ones(1, device="cuda")


def describe(error: BaseException, filename: str) -> dict[str, Any]:
    """An exception as data: kind of fault, type (a builtin's name or `Exception`), line in the answer, text."""
    known = next((t for t in type(error).__mro__ if getattr(builtins, t.__name__, None) is t), Exception)
    text = _text(error)
    out_of_memory = isinstance(error, MemoryError) or any(said in text for said in _OUT_OF_MEMORY)
    line = error.lineno if isinstance(error, SyntaxError) else _last_line(error.__traceback__, filename)
    return {
        "fault": Fault.MEMORY if out_of_memory else Fault.RAISED,
        "type": known.__name__,
        "line": line or 0,
        "text": text[:500],
    }


def _serve(
    wire: Wire,
    answer: ModuleType | str,
    harness: ModuleType,
    recorder: CallRecorder,
    task: Task,
    deadline: float,
) -> None:
    while True:
        request, body = wire.receive(deadline=deadline)
        if "run" in request:
            output = run_snippet(str(request["run"]), answer, task.answer_name)
            wire.send({"output": output.model_dump(mode="json")}, deadline=deadline)
            continue
        arguments, _ = unpack(request, body, task.device)
        reply, blob = _call(getattr(harness, request["call"]), answer, arguments, recorder, task)
        reply["used"] = [asdict(finding) for finding in recorder.take()]
        wire.send(reply, blob, deadline=deadline)


def _call(
    function: Callable[..., object],
    answer: ModuleType | str,
    arguments: dict[str, Any],
    recorder: CallRecorder,
    task: Task,
) -> tuple[dict[str, Any], bytes]:
    try:
        with recorder:
            result = function(answer, *arguments["args"], **arguments["kwargs"])
        return pack(result)
    except BaseException as error:
        return {"error": describe(error, task.answer_name)}, b""


def _check_source(source: bytes, task: Task) -> tuple[dict[str, Any], BaseException | None]:
    found: dict[str, Any] = {"forbidden": [], "hidden": []}
    try:
        if len(source) > MAX_ANSWER_BYTES:
            raise ValueError(f"larger than {MAX_ANSWER_BYTES} bytes")
        if not _is_code(task):
            return found, None
        tree = source_check.parse(source, task.answer_name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return found, error
    found["forbidden"] = [asdict(f) for f in source_check.forbidden_names(tree, task.forbidden)]
    found["hidden"] = [asdict(f) for f in source_check.hidden_calls(tree)]
    return found, None


def _is_code(task: Task) -> bool:
    """Whether the answer is a module; any other format is data, which its harness gets as text."""
    return task.answer_name.endswith(".py")


def _load(source: bytes, filename: str) -> ModuleType:
    """Run `source` as a module, with its lines at hand for tracebacks."""
    name = Path(filename).stem
    module = ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module
    text = source.decode("utf-8", errors="replace")
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec", dont_inherit=True), vars(module))  # noqa: S102  (what the sandbox is for)
    return module


def _read_all(fd: int) -> bytes:
    with os.fdopen(fd, "rb") as file:
        return file.read(MAX_ANSWER_BYTES + 1)


def _last_line(trace: TracebackType | None, filename: str) -> int:
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == filename]
    return lines[-1] or 0 if lines else 0


def _text(error: BaseException) -> str:
    try:
        return sendable(str(error))
    except BaseException:  # a hostile __str__
        return "(its text cannot be shown)"


def run_and_exit(sock: socket.socket, answer_fd: int, arena: list[int], *arguments: Any) -> None:
    """`main`, then leave without running anything that the answer may have registered for the exit."""
    try:
        main(Wire(sock, Arena.of(arena)), answer_fd, *arguments)
    except FrameFault:
        pass  # the judge hung up, or the time is over: both end this process
    finally:
        os._exit(0)
