"""A fresh variant of a numeric question: its function is called with other parameters, in the judge's sandbox.

The app itself never imports what the functions need, and a private bank's functions are nobody's to trust.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Protocol

from labs.grading.verdict import RunOutput
from quiz.bank.loader import Entry
from quiz.bank.schema import Numeric, Parameter
from quiz.bank.variants import drawn, variant


class Evaluator(Protocol):
    """The judge, as far as it is needed here."""

    def evaluate(self, source: bytes, snippet: str) -> RunOutput:
        """Run `snippet` after `source`, sandboxed. Raises JudgeFault."""


def varies(entry: Entry) -> bool:
    """Whether the question has fresh variants."""
    question = entry.question if entry.summary.type == "numeric" else None
    return isinstance(question, Numeric) and bool(question.derive.vary)


def fresh_variant(judge: Evaluator, entry: Entry, seed: str) -> Numeric | None:
    """One variant of a question that `varies`; None where it cannot be computed here. Takes seconds at first.

    Raises JudgeFault, and InvalidFile where the question's file has been spoilt.
    """
    template = entry.template
    assert isinstance(template, Numeric)
    params = drawn(template, seed)
    functions = [template.derive.function, *(pitfall.function for pitfall in template.pitfalls)]
    modules = {function.split(".")[0] for function in functions}
    if len(modules) > 1:
        return None
    source = entry.path.with_name(f"{modules.pop()}.py").read_bytes()
    values = _called(judge, source, [function.split(".")[1] for function in functions], params)
    if values is None:
        return None
    answer, *wrong = values
    pitfalls = [
        pitfall.model_copy(update={"value": value}) for pitfall, value in zip(template.pitfalls, wrong, strict=True)
    ]
    return variant(template.model_copy(update={"pitfalls": pitfalls}), params, answer)


def _called(
    judge: Evaluator, source: bytes, functions: Sequence[str], params: dict[str, Parameter]
) -> list[float] | None:
    """What each function returns; None unless all are numbers."""
    calls = ", ".join(f"{function}(**{params!r})" for function in functions)
    output = judge.evaluate(source, f"[{calls}]")
    try:
        values = ast.literal_eval(output.value)
        numbers = [float(value) for value in values]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return numbers if len(numbers) == len(functions) and all(map(math.isfinite, numbers)) else None
