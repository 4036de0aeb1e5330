"""Keys against the code that computes them: stored ones, those of fresh variants, and what misconceptions lead to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeGuard

from labs.grading.yaml_source import Field
from quiz.bank.derive import DeriveJob, Outcome, TraceJob, compute, function_job, job_of
from quiz.bank.loader import TopicFile
from quiz.bank.schema import LogDiagnosis, Numeric, Parameter, Question, SingleChoice, Topic, Trace
from quiz.bank.variants import drawn
from quiz.marking import mark

SAME_NUMBER = 1e-9
"""Relative difference up to which a stored number is the computed one: floats are written in decimal."""
VARIANTS = 3
"""So many fresh variants of a question are tried."""

Finding = tuple[Field, str]


Compute = Callable[[Sequence[DeriveJob | TraceJob], Callable[[str], None] | None], list[Outcome]]


def wrong_keys(
    topics: Mapping[TopicFile, Topic], on_progress: Callable[[str], None] | None, compute: Compute = compute
) -> Iterator[tuple[TopicFile, Finding]]:
    """Keys that are not what their code computes, and code that computes nothing; `compute` is who runs the code."""
    planned = [
        (file, i, question, jobs)
        for file, topic in topics.items()
        for i, question in enumerate(topic.questions)
        if (jobs := _jobs(question, file.path.parent))
    ]
    outcomes = iter(compute([job for *_, jobs in planned for job in jobs], on_progress))
    for file, i, question, jobs in planned:
        computed = [next(outcomes) for _ in jobs]
        for name, message in _findings(question, computed):
            yield file, (("questions", i, name), message)


def _jobs(question: Question, folder: Path) -> list[DeriveJob | TraceJob]:
    """What is computed for one question: its key, then, for a numeric one, each round's key and pitfalls."""
    key = job_of(question, folder)
    if key is None:
        return []
    if not isinstance(question, Numeric):
        return [key]
    functions = [question.derive.function, *(pitfall.function for pitfall in question.pitfalls)]
    return [function_job(name, params, folder) for params in _rounds(question) for name in functions]


def _rounds(question: Numeric) -> list[dict[str, Parameter]]:
    """The parameters that are stored, and those of some variants."""
    fresh = [drawn(question, f"check {number}") for number in range(VARIANTS)] if question.derive.vary else []
    return [question.derive.params, *fresh]


def _findings(question: Question, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """Field of the question and message."""
    first = outcomes[0]
    match question:
        case Trace() if first.error:
            yield "code", f"running it failed: {first.error}"
        case Trace():
            if _lines(str(first.value)) != _lines(question.answer):
                yield "answer", f"the code prints {str(first.value).strip()!r}; write that"
        case _ if first.error:
            yield "derive", first.error
        case Numeric():
            if not _is_number(first.value) or not _same_number(float(first.value), question.answer):
                yield "answer", f"{question.derive.function} returns {first.value!r}; write that"
            else:
                yield from _round_findings(question, outcomes)
        case SingleChoice() | LogDiagnosis():
            if first.value not in question.correct_keys:
                marked = min(question.correct_keys)
                yield "derive", f"it returns {first.value!r}; the option marked correct is {marked}"


def _round_findings(question: Numeric, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    size = 1 + len(question.pitfalls)
    for number, params in enumerate(_rounds(question)):
        key, *wrong = outcomes[number * size : (number + 1) * size]
        if key.error or not _is_number(key.value):
            yield "derive", f"with {params}: {key.error or f'{key.value!r} is no number'}"
            continue
        asked = question.model_copy(update={"answer": float(key.value), "pitfalls": []})
        for pitfall, outcome in zip(question.pitfalls, wrong, strict=True):
            if outcome.error or not _is_number(outcome.value):
                yield (
                    "pitfalls",
                    f"{pitfall.function} with {params}: {outcome.error or f'{outcome.value!r} is no number'}",
                )
            elif mark(asked, {"value": repr(outcome.value)}).score == 1.0:
                yield "pitfalls", f"{pitfall.function} with {params} gives the key itself"
            elif number == 0 and (pitfall.value is None or not _same_number(float(outcome.value), pitfall.value)):
                yield "pitfalls", f"{pitfall.function} returns {outcome.value!r}; write that as its `value`"


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float)


def _same_number(computed: float, stored: float) -> bool:
    return math.isclose(computed, stored, rel_tol=SAME_NUMBER)


def _lines(output: str) -> list[str]:
    """White space at the ends does not show, so it need not agree."""
    return [line.rstrip() for line in output.strip().splitlines()]
