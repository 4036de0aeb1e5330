"""The visible cases of every lab that has some: what they may import, and that right answers agree on them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from labs.grading.catalogue import Lab, all_labs
from labs.grading.proxies import load_module, load_reference

LABS = [lab for lab in all_labs() if lab.cases.is_file()]
RIGHT = [(lab, path) for lab in LABS for path in [lab.reference, *lab.alternates[:1]]]


def test_labs_whose_answer_is_code_and_whose_values_are_tensors_have_cases():
    assert {"rmsnorm", "rope", "lora-layer"} <= {lab.id for lab in LABS}


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
def test_cases_are_made_of_nothing_but_strategies(lab: Lab):
    tree = ast.parse(lab.cases.read_text(encoding="utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    imported |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert imported <= {"math", "torch", "hypothesis", "labs.grading.cases"}


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
def test_the_reference_takes_every_call(lab: Lab):
    reference = load_reference(lab)
    for function, arguments in load_module(lab.cases, "cases").CALLS.items():
        call_with_each(arguments, getattr(reference, function))


def call_with_each(arguments: SearchStrategy[dict[str, Any]], function: Callable[..., object]) -> None:
    @settings(
        max_examples=25, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(arguments)
    def call(given_arguments: dict[str, Any]) -> None:
        function(**given_arguments)

    call()


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "path"), RIGHT, ids=lambda value: getattr(value, "stem", None) or value.id)
def test_right_answers_agree_with_the_reference(judge, lab: Lab, path):
    assert judge.smallest_difference(lab, path.read_bytes()) is None
