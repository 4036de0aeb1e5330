"""Every calculator runs with its own values, and says what it takes where something does not fit."""

from __future__ import annotations

import pytest

from quiz.bank.calculators import Calculators, UnfitParameter, parameters, read_calculators
from quiz.bank.derive import compute, function_job
from quiz.bank.loader import QUESTIONS


@pytest.fixture(scope="module")
def known() -> Calculators:
    return read_calculators()


def test_every_calculator_gives_a_number_for_every_model(known: Calculators):
    calls = [(c, parameters(known, c, model, [])) for c in known.calculators for model in (None, *known.models)]
    jobs = [function_job(c.function.split("/")[1], params, QUESTIONS / c.function.split("/")[0]) for c, params in calls]
    outcomes = compute(jobs)
    assert [(c.name, outcome.error) for (c, _), outcome in zip(calls, outcomes, strict=True) if outcome.error] == []
    assert all(isinstance(outcome.value, int | float) for outcome in outcomes)


def test_the_shapes_of_the_models_give_their_parameters(known: Calculators):
    """Llama's by hand: embeddings, four projections and three feed-forward matrices a layer, and the norms."""
    for shape in known.models.values():
        d, kv = shape["hidden"], shape["hidden"] // shape["heads"] * shape["kv_heads"]
        layer = 2 * d * d + 2 * d * kv + 3 * d * shape["intermediate"] + 2 * d
        assert shape["parameters"] == 2 * shape["vocab"] * d + shape["layers"] * layer + d


def test_each_says_its_formula(known: Calculators):
    assert all("Source:" in calculator.formula() for calculator in known.calculators)


@pytest.mark.parametrize(
    ("name", "model", "said", "problem"),
    [
        ("kv-cache", None, ["token=1"], "kv-cache takes: layers=32"),
        ("kv-cache", None, ["tokens"], "does not fit"),
        ("kv-cache", None, ["tokens=many"], "tokens takes a value like 4096, not 'many'"),
        ("kv-cache", "llama-9", [], "llama-2-7b"),
    ],
)
def test_what_does_not_fit_is_said(known: Calculators, name, model, said, problem):
    with pytest.raises(UnfitParameter, match=problem):
        parameters(known, known.find(name), model, said)


def test_an_unknown_calculator_is_said(known: Calculators):
    with pytest.raises(UnfitParameter, match="there are: lora"):
        known.find("nothing")


def test_what_is_typed_wins_over_the_model(known: Calculators):
    lora = known.find("lora-targets")
    params = parameters(known, lora, "llama-2-70b", ["r=16", "target_modules=q_proj, o_proj"])
    assert params["r"] == 16
    assert params["hidden"] == 8192
    assert params["target_modules"] == ["q_proj", "o_proj"]
