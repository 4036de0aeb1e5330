"""Mutations are whole programs, each different from the original and from one another in one place."""

from __future__ import annotations

import ast
import difflib

import pytest

from labs.grading.catalogue import Lab, all_labs
from labs.grading.mutator import mutations

SOURCE = '''
"""A docstring about 1 + 1."""
import torch


def scaled(x: "torch.Tensor | None", eps: float = 1e-6) -> "torch.Tensor":
    """x / rms, 2 * nothing."""
    if x.dim() < 1:
        raise ValueError("at least 1 dimension" + "!")
    r = torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + eps)
    return (x * r).to(torch.float32)
'''


def changes(source: str) -> set[str]:
    return {mutation.id for mutation in mutations(source)}


@pytest.mark.parametrize(
    "change",
    [
        "scaled: x * r -> x / r",
        "scaled: x * r -> x",
        "scaled: x.dim() < 1 -> x.dim() <= 1",
        "scaled: x.float() -> x",
        "scaled: -1 -> -2",
        "scaled: 2 -> 3",
        "scaled: torch.float32 -> torch.bfloat16",
        "scaled: x.float().pow(2).mean(-1, keepdim=True) -> x.float().pow(2).mean(-1)",
        "scaled: x.float().pow(2).mean(-1, keepdim=True) -> x.float().pow(2).sum(-1, keepdim=True)",
        "scaled: 1e-06 -> 0.0",
    ],
)
def test_what_people_get_wrong_is_among_them(change):
    assert change in changes(SOURCE)


def test_words_are_left_alone():
    for mutation in mutations(SOURCE):
        assert ast.get_docstring(ast.parse(mutation.source)) == "A docstring about 1 + 1."
        assert "at least 1 dimension' + '!" in mutation.source
        assert "'torch.Tensor | None'" in mutation.source


REFERENCES = [lab for lab in all_labs() if lab.reference.suffix == ".py"]


@pytest.mark.parametrize("lab", REFERENCES, ids=lambda lab: lab.id)
def test_each_changes_one_place(lab: Lab):
    source = lab.reference.read_text()
    plain = ast.unparse(ast.parse(source)).splitlines()
    found = mutations(source)
    assert len(found) >= 15
    assert len({mutation.id for mutation in found}) == len(found)
    for mutation in found:
        compile(mutation.source, "mutant", "exec")
        pieces = difflib.SequenceMatcher(None, plain, mutation.source.splitlines(), autojunk=False).get_opcodes()
        assert [tag != "equal" for tag, *_ in pieces].count(True) == 1, mutation.id
