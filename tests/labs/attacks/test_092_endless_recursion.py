"""092: call oneself for ever. Python's own limit makes it an error; past that limit it crashes its own process."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

PLAIN = {
    "function": "def deep(x): return deep(x)\n",
    "getattr": "class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\ndef deep(x): return A().a\n",
    "repr": "class A:\n    __repr__ = lambda self: repr(self)\ndef deep(x): return repr(A())\n",
    "module": "import torch\nclass A(torch.nn.Module):\n    def forward(self, x): return self(x)\ndeep = A()\n",
}
PAST_THE_LIMIT = "import sys\nsys.setrecursionlimit(2**31 - 1)\n"
IN_C = "class A:\n    def __getattr__(self, name): return getattr(self, name)\ndef deep(x): return A().a\n"


@pytest.mark.parametrize("deep", PLAIN.values(), ids=PLAIN)
def test_it_is_an_error(attack, deep):
    fails(attack(deep, "def double(x):\n    return deep(x)\n"), Fault.RAISED)
    fails(attack(deep, "deep(1)\n"), Fault.UNREADABLE)


@pytest.mark.parametrize("deep", [IN_C, *PLAIN.values()], ids=["C", *PLAIN])
def test_past_the_limit_it_ends_the_answer(attack, deep):
    verdict = attack(PAST_THE_LIMIT + deep, "def double(x):\n    return deep(x)\n")
    fails(verdict, *verdict.faults)
    assert set(verdict.faults) <= {Fault.CRASHED, Fault.MEMORY, Fault.TIMEOUT, Fault.RAISED}
    assert verdict.faults


@pytest.mark.parametrize("make", ["y = [y]", "y = {'y': y}", "y = (y, y)"])
@pytest.mark.parametrize("times", [40, 100_000])
def test_a_result_without_a_bottom_is_none(attack, make, times):
    """Deep, or wide as 2**40 where each level holds the last one twice."""
    verdict = attack("", f"def double(x):\n    y = 3 * x\n    for _ in range({times}): {make}\n    return y\n")
    fails(verdict, *verdict.faults)


def test_a_result_that_holds_itself_is_none(attack):
    fails(attack("", "def double(x):\n    y = []\n    y.append(y)\n    return y\n"))
