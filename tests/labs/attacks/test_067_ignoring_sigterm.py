"""067: ignore, block and catch every signal. The warden sends the one that cannot be."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

HOSTILE = """
import atexit, contextlib, ctypes, signal, time
def stay(*_):
    while True:
        with contextlib.suppress(BaseException):
            while True: {wait}
for number in signal.valid_signals():
    with contextlib.suppress(OSError, ValueError): signal.signal(number, {handler})
signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
atexit.register(stay)
with contextlib.suppress(Exception): ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # the death of the parent is no matter
def double(x):
    stay()
"""


@pytest.mark.parametrize(("handler", "wait"), [("signal.SIG_IGN", "time.sleep(99)"), ("stay", "pass")])
def test_it_is_ended_all_the_same(attack, handler, wait):
    fails(attack(HOSTILE.format(handler=handler, wait=wait)), Fault.TIMEOUT)
