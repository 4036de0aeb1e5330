"""048: stop the clock that the limits are read from. The judge reads its own, and the kernel counts CPU time."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

SET = (
    TRY
    + """
import resource, signal, struct, time
for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC):
    attempt(time.clock_settime, clock, time.clock_gettime(clock))  # that it may is enough: there is but one clock
attempt(libc, "settimeofday", (ctypes.c_long * 2)(int(time.time()), 0), None)
attempt(libc, "adjtimex", ctypes.create_string_buffer(struct.pack("Q", 1), 208))
attempt(resource.setrlimit, resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
)
PATCH = """
import time
real = time.monotonic
def stopped(at):
    for name in ("monotonic", "time", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, lambda: at)
        setattr(time, name + "_ns", lambda: int(at * 1e9))
    time.sleep = lambda seconds: None
stopped({at})
def double(x):
    start = real()
    while real() < start + 3:
        pass
    return x + x
"""


def test_no_clock_or_limit_can_be_set(attack):
    fails(attack(SET, RIGHT_IF_DONE))


def test_a_stopped_clock_gives_no_more_time(attack):
    """The answer would be right, three times later than it may."""
    fails(attack(PATCH.format(at="0.0")), Fault.TIMEOUT)


@pytest.mark.parametrize("at", ["1e18", "float('nan')", "None"])
def test_a_clock_that_tells_nonsense_harms_its_own_process(attack, at):
    verdict = attack(PATCH.format(at=at).split("def double")[0], WRONG)
    assert not verdict.passed
    assert verdict.faults
