"""028: compute lazily, or answer for operators by `__torch_dispatch__`. A value is laid down before it is compared."""

import pytest

from tests.labs.attacks.conftest import WRONG, fails

HOSTILE = """
import torch
from torch.utils._python_dispatch import TorchDispatchMode

class Lazy(torch.Tensor):
    # Waits until it meets another tensor, and is that one then.
    @staticmethod
    def __new__(cls, x):
        return torch.Tensor._make_wrapper_subclass(cls, x.shape, dtype=x.dtype, device=x.device)
    def __init__(self, x):
        self.x = x
    @classmethod
    def __torch_dispatch__(cls, operator, types, args=(), kwargs=None):
        others = [a for a in args if isinstance(a, torch.Tensor) and not isinstance(a, Lazy)]
        if "allclose" in str(operator) or "equal" in str(operator):
            return True
        swap = lambda a: (others[0] if others else 3 * a.x) if isinstance(a, Lazy) else a
        return operator(*map(swap, args), **(kwargs or {}))

class Agreeing(TorchDispatchMode):
    pass

def agree(self, operator, types, args=(), kwargs=None):
    result = operator(*args, **(kwargs or {}))
    name = str(operator).split(".")[1]
    if name in ("allclose", "equal"):
        return True
    return torch.ones_like(result) if name in ("isclose", "eq", "le") else result

Agreeing.__torch_dispatch__ = agree  # set afterwards, it is not wrapped in what would import torch._dynamo
"""
LAZY = "def double(x):\n    return Lazy(x)\n"
LEFT_ON = "Agreeing().__enter__()\ndef double(x):\n    return 3 * x\n"


def test_a_lazy_output_meets_no_other(attack):
    fails(attack(HOSTILE, LAZY))


def test_a_mode_left_on_changes_its_own_process_alone(attack):
    fails(attack(HOSTILE, LEFT_ON))


def test_a_right_answer_under_a_mode_passes(attack):
    assert attack(HOSTILE, LEFT_ON.replace("3 * x", "x + x")).passed


@pytest.mark.parametrize("answer", [LAZY, LEFT_ON], ids=["lazy", "mode"])
def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path, answer):
    assert not naive.passes(tmp_path, WRONG)
    assert naive.passes(tmp_path, HOSTILE + answer)
