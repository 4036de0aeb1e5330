"""The candidate's own snippet, run after the candidate's own answer: output, value, traceback, all capped."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import traceback
from types import ModuleType

import torch

from labs.grading.frames import sendable
from labs.grading.verdict import MAX_CHARACTERS, MAX_LINE, Fault, RunOutput

SNIPPET_NAME = "<input>"
MAX_TRACEBACK_LINES = 20


class _CappedText(io.TextIOBase):
    """Keeps the first `MAX_CHARACTERS` written to it and counts on in silence."""

    def __init__(self) -> None:
        self._kept = io.StringIO()
        self.truncated = False

    def write(self, text: str) -> int:
        room = MAX_CHARACTERS - self._kept.tell()
        self._kept.write(text[:room])
        self.truncated |= len(text) > room
        return len(text)

    def getvalue(self) -> str:
        return self._kept.getvalue()


def run_snippet(snippet: str, answer: ModuleType | str, answer_name: str) -> RunOutput:
    """Run `snippet` with `torch` and the answer's names at hand; its last expression is the value.

    An answer that is not code is at hand as the text `answer`.
    """
    names = {"answer": answer} if isinstance(answer, str) else vars(answer)
    namespace = {"torch": torch, **names}
    linecache.cache[SNIPPET_NAME] = (len(snippet), None, snippet.splitlines(keepends=True), SNIPPET_NAME)
    output = _CappedText()
    value, trace, fault = "", [], None
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            value = _evaluate(snippet, namespace)
        except BaseException as error:
            trace = _own_lines(error, {answer_name, SNIPPET_NAME})
            fault = Fault.MEMORY if isinstance(error, MemoryError) else Fault.RAISED
    return RunOutput(
        output=sendable(output.getvalue())[:MAX_CHARACTERS],
        value=sendable(value[:MAX_CHARACTERS])[:MAX_CHARACTERS],
        traceback=[sendable(line)[:MAX_LINE] for line in trace],
        fault=fault,
        truncated=output.truncated or len(value) > MAX_CHARACTERS,
    )


def _evaluate(snippet: str, namespace: dict[str, object]) -> str:
    tree = ast.parse(snippet, SNIPPET_NAME)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    exec(compile(tree, SNIPPET_NAME, "exec"), namespace)  # noqa: S102  (what the sandbox is for)
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), SNIPPET_NAME, "eval"), namespace)  # noqa: S307
    return "" if value is None else str(repr(value))


def _own_lines(error: BaseException, own_files: set[str]) -> list[str]:
    """The frames in the candidate's own files, then the exception itself; the library's insides are left out."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in own_files]
    lines = [f"{f.filename}:{f.lineno} in {f.name}: {(f.line or '')[:200]}" for f in own]
    if len(lines) > MAX_TRACEBACK_LINES:
        half = MAX_TRACEBACK_LINES // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} more", *lines[-half:]]
    try:
        last = traceback.format_exception_only(error)[-1].strip()
    except BaseException:  # a hostile __str__
        last = "(the exception's text cannot be shown)"
    return [*lines, last]
