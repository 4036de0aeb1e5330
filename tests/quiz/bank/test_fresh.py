"""Fresh variants are computed in the sandbox by the functions themselves, and come back from the records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labs.grading.client import Judge
from labs.grading.verdict import RunOutput
from quiz.bank.derive import compute, function_job
from quiz.bank.fresh import fresh_variant, varies
from quiz.bank.loader import Bank, Entry
from quiz.bank.schema import Numeric
from quiz.bank.variants import recorded_variant
from quiz.marking import mark

LORA = "peft"


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(device="cpu") as judge:
        yield judge


def varying() -> list[Entry]:
    return [entry for entry in Bank().entries() if varies(entry)]


def test_a_variant_has_the_key_that_its_function_computes(judge: Judge):
    entry = next(entry for entry in varying() if entry.topic == "lora_counts")
    fresh = fresh_variant(judge, entry, "a seed")
    assert isinstance(fresh, Numeric)
    module, function = fresh.derive.function.split(".")
    (outcome,) = compute([function_job(f"{module}.{function}", fresh.derive.params, entry.path.parent)])
    assert fresh.answer == outcome.value
    assert mark(fresh, {"value": repr(fresh.answer)}).score == 1.0
    assert "${" not in fresh.prompt.en + fresh.prompt.zh + fresh.explanation.en + fresh.explanation.zh
    for pitfall in fresh.pitfalls:
        given = mark(fresh, {"value": repr(pitfall.value)})
        assert (given.score, given.parts) == (0.0, {pitfall.misconception: False})


class Says:
    """A judge whose sandbox always gives the same."""

    def __init__(self, value: str) -> None:
        self.value = value

    def evaluate(self, source: bytes, snippet: str) -> RunOutput:
        return RunOutput(value=self.value)


@pytest.mark.parametrize("value", ["", "[1]", "None", "__import__('os')", "['a', 1, 2, 3]", "[1e999] * 9", "9" * 99])
def test_where_it_cannot_be_computed_there_is_none(value: str):
    entry = next(entry for entry in varying() if len(entry.template.pitfalls) == 3)
    assert fresh_variant(Says(value), entry, "s") is None


def test_a_record_brings_its_variant_back():
    entry = varying()[0]
    template = entry.template
    assert isinstance(template, Numeric)
    values = str([7.0] + [3.0] * len(template.pitfalls))
    fresh = fresh_variant(Says(values), entry, "s")
    assert isinstance(fresh, Numeric)
    again = recorded_variant(template, {"params": fresh.derive.params, "answer": fresh.answer})
    assert isinstance(again, Numeric)
    assert (again.prompt, again.answer) == (fresh.prompt, fresh.answer)


@pytest.mark.parametrize("data", [None, {}, {"params": {}, "answer": 1}, {"params": 3, "answer": 1}, {"answer": "x"}])
def test_a_record_that_does_not_fit_brings_none(data: object):
    assert recorded_variant(varying()[0].template, data) is None
