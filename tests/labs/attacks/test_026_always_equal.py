"""026: return an object that is equal to everything. Only tensors, numbers, texts, lists and dicts cross the wire."""

import pytest

from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import RIGHT

HOSTILE = """
import torch

class Yes:
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name): return self
    def __iter__(self): return iter([self])
    def __index__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 1
    def __hash__(self): return 0

ALWAYS = lambda self, *others, **options: self
for name in ("eq", "ne", "lt", "le", "gt", "ge", "sub", "rsub", "abs", "and", "invert", "getitem", "array_ufunc"):
    setattr(Yes, f"__{name}__", ALWAYS)

class YesTensor(torch.Tensor):
    def __eq__(self, other): return torch.ones((), dtype=torch.bool)
    def __hash__(self): return 0
    def equal(self, other): return True
    allclose = isclose = equal

class YesFloat(float):
    def __eq__(self, other): return True
    def __hash__(self): return 0

class YesList(list):
    def __eq__(self, other): return True
"""
WAYS = {
    "object": "def double(x): return Yes()",
    "tensor": "def double(x): return (3 * x).as_subclass(YesTensor)",
    "number": "def double(x): return YesFloat(1)",
    "list": "def double(x): return YesList((3 * x).tolist())",
    "class": "def double(x): return Yes",
    "mock": "from unittest.mock import MagicMock\ndef double(x): return MagicMock(spec=torch.Tensor)",
}
EQUAL = "assert bool((answer.double(x) == reference.double(x)).all())"


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_answer_fails(attack, way):
    fails(attack(HOSTILE, WAYS[way]))


def test_a_right_tensor_of_such_a_class_is_judged_by_its_values(attack):
    assert attack(HOSTILE, "def double(x): return (x + x).as_subclass(YesTensor)").passed


@pytest.mark.parametrize("way", ["object", "tensor"])
def test_it_works_where_the_object_itself_is_compared(naive, tmp_path, way):
    assert not naive.passes(tmp_path, WRONG, check=EQUAL)
    assert naive.passes(tmp_path, RIGHT, check=EQUAL)
    assert naive.passes(tmp_path, HOSTILE + WAYS[way], check=EQUAL)
