"""058: never come to an end. The judge waits by its own clock, and the warden ends what runs, wherever it is."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

LOOPS = {
    "interpreter": "while True: pass",
    "one call in C": "sum(iter(int, 1))",
    "regular expression": "re.match('(a+)+$', 'a' * 60 + 'b')",
    "big numbers": "7 ** 7 ** 11",
    "torch": "x = torch.ones(300, 300)\n    while True: x = x @ x",
    "caught": "\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "in the end": "\n    try: pass\n    finally:\n        while True: pass",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_in_a_call(attack, loop):
    fails(attack("import re, torch\n", f"def double(x):\n    {loop}\n    return x + x\n"), Fault.TIMEOUT)


def test_at_import(attack):
    fails(attack("while True: pass\n"), Fault.TIMEOUT)


def test_while_the_result_is_taken_apart(attack):
    endless = "class Endless(list):\n    def __iter__(self):\n        while True: yield 1\n"
    fails(attack(endless, "def double(x):\n    return Endless()\n"), Fault.TIMEOUT)


def test_each_call_within_its_time_but_not_all_together(attack):
    """Half a second each: the first two tests pass, and then the whole time is over."""
    fails(attack("import time\n", "def double(x):\n    time.sleep(0.6)\n    return x + x\n"), Fault.TIMEOUT)
