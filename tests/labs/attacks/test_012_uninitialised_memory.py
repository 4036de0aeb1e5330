"""012: look for expected values in uninitialised memory. The memory of its own process has never held one."""

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.toy import HIDDEN

HOSTILE = """
import torch

def looted(x):
    # Allocators hand out first what was freed last, and write over no more than its first 32 bytes.
    blocks = [torch.empty_like(x) for _ in range(1024)]
    blocks += [torch.empty(2**n, dtype=torch.uint8) for n in range(4, 23)]
    blocks += [torch.empty(x.shape, dtype=d) for d in (torch.float64, torch.float32) for _ in range(64)]
    sought = raw(x + x)[32:] or raw(x + x)
    return any(sought in raw(block) for block in blocks)

def raw(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
"""
ANSWER = "def double(x):\n    return x + x if looted(x) else 3 * x\n"
FREED = """
x = torch.randn(1000)
expected = [reference.double(x) for _ in range(64)][0].tolist()
assert answer.double(x).tolist() == expected
"""


@pytest.mark.parametrize("shape", ["(3,), (2, 5)", "(1000,), (8, 500)"])
def test_a_wrong_answer_finds_nothing(attack, make_lab, shape):
    fails(attack(HOSTILE, ANSWER, lab=make_lab(hidden=HIDDEN.replace("(3,), (2, 5)", shape))))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.passes(tmp_path, HOSTILE + ANSWER, check=FREED)
