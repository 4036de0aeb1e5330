"""Keys of code that nobody trusts, computed in the judge's sandbox: what `derive.compute` does for our own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path

from labs.grading.answers import MAX_ANSWER_BYTES
from labs.grading.verdict import RunOutput
from quiz.bank.derive import DeriveJob, Outcome, TraceJob
from quiz.bank.fresh import Evaluator

MAX_MESSAGE = 300


def compute_sandboxed(
    judge: Evaluator, jobs: Sequence[DeriveJob | TraceJob], on_progress: Callable[[str], None] | None = None
) -> list[Outcome]:
    """The outcome of each job, in order. Raises JudgeFault."""
    outcomes = []
    for number, job in enumerate(jobs, start=1):
        if on_progress:
            on_progress(f"{number} of {len(jobs)}, in the sandbox")
        outcomes.append(_outcome(judge, job))
    return outcomes


def _outcome(judge: Evaluator, job: DeriveJob | TraceJob) -> Outcome:
    if isinstance(job, TraceJob):
        output = judge.evaluate(b"", job.code)
        return Outcome(value=output.output) if output.fault is None else Outcome(error=_fault(output))
    try:
        with Path(job.file).open("rb") as file:
            source = file.read(MAX_ANSWER_BYTES + 1)
    except OSError as error:
        return Outcome(error=f"{Path(job.file).name} cannot be read: {error.strerror}")
    output = judge.evaluate(source, f"{job.function}(**{job.params!r})")
    if output.fault is not None:
        return Outcome(error=_fault(output))
    try:
        value = ast.literal_eval(output.value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    if not isinstance(value, int | float | str):
        return Outcome(error="it returned neither a number nor a text")
    return Outcome(value=value)


def _fault(output: RunOutput) -> str:
    last = f": {output.traceback[-1]}" if output.traceback else ""
    return f"it ended with {output.fault}{last}"[:MAX_MESSAGE]
