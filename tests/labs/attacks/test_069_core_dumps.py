"""069: crash with a core dump, which would be left on the disk. Its size is limited to nothing, for good."""

import os
import resource
from pathlib import Path

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

LIFT = (
    TRY
    + """
import contextlib, faulthandler, resource, signal
for size in (2**30, resource.RLIM_INFINITY):
    attempt(resource.setrlimit, resource.RLIMIT_CORE, (size, size))
    attempt(resource.prlimit, 0, resource.RLIMIT_CORE, (size, size))
attempt(open, "/proc/self/coredump_filter", "w")
attempt(open, "/proc/sys/kernel/core_pattern", "w")
"""
)
CRASH = """
with contextlib.suppress(OSError): libc("prctl", 4, 1, 0, 0, 0)  # may be dumped
with contextlib.suppress(OSError): os.chdir("/tmp")
def double(x):
    {crash}
"""
CRASHES = ["os.abort()", "faulthandler._sigfpe()", "ctypes.string_at(0)"]


def test_the_limit_cannot_be_lifted(attack):
    fails(attack(LIFT, RIGHT_IF_DONE))


@pytest.mark.parametrize("crash", CRASHES)
def test_nothing_is_left(attack, crash):
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))  # as on machines that keep dumps
    try:
        cores = _cores()
        fails(attack(LIFT, CRASH.format(crash=crash)), Fault.CRASHED)
        assert _cores() == cores
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def _cores() -> set[Path]:
    return {path for folder in ("/", "/tmp", os.getcwd()) for path in Path(folder).glob("core*") if path.is_file()}
