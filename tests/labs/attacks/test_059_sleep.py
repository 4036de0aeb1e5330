"""059: wait for ever, without any work. The judge waits by the clock."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

WAITS = [
    "time.sleep(10**6)",
    "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "select.select([], [], [])",
    "os.read(os.pipe()[0], 1)",
    "ctypes.CDLL(None).pause()",
]


@pytest.mark.parametrize("wait", WAITS)
def test_in_a_call(attack, wait):
    modules = "import ctypes, os, select, threading, time\n"
    fails(attack(modules, f"def double(x):\n    {wait}\n    return x + x\n"), Fault.TIMEOUT)


def test_at_import(attack):
    fails(attack("import time\ntime.sleep(10**6)\n"), Fault.TIMEOUT)
