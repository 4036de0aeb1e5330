"""027: return a tensor whose `__torch_function__` answers for every comparison. What arrives is bytes and a shape."""

import pytest

from tests.labs.attacks.conftest import WRONG, fails

HOSTILE = """
import torch

class Agreeing(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in ("allclose", "equal", "is_nonzero", "all", "__bool__"):
            return True
        if name in ("isclose", "eq", "__eq__", "lt", "le", "gt", "ge"):
            return torch.ones((), dtype=torch.bool)
        if name in ("sub", "__sub__", "rsub", "__rsub__", "abs", "max", "norm", "item"):
            return torch.zeros(())
        with torch._C.DisableTorchFunctionSubclass():
            return function(*args, **(kwargs or {}))

class Lying(Agreeing):
    shape = property(lambda self: (0,))
    dtype = property(lambda self: torch.float32)
    device = property(lambda self: torch.device("cpu"))
    layout = property(lambda self: torch.strided)
    def detach(self): return self
    def cpu(self): return self
    def contiguous(self): return self
    resolve_neg = cpu
    def reshape(self, *shape): return torch.empty(0)
"""


@pytest.mark.parametrize("kind", ["Agreeing", "Lying"])
def test_a_wrong_answer_fails(attack, kind):
    fails(attack(HOSTILE, f"def double(x):\n    return (3 * x).as_subclass({kind})\n"))


def test_a_right_answer_passes(attack):
    assert attack(HOSTILE, "def double(x):\n    return (x + x).as_subclass(Agreeing)\n").passed


def test_it_works_where_the_object_itself_is_compared(naive, tmp_path):
    assert not naive.passes(tmp_path, WRONG)
    assert naive.passes(tmp_path, HOSTILE + "def double(x):\n    return (3 * x).as_subclass(Agreeing)\n")
