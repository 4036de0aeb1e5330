"""074: have the kernel make the calls that seccomp refuses, by io_uring. No ring can be set up."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

HOSTILE = (
    TRY
    + """
SETUP, ENTER, REGISTER = 425, 426, 427
for flags in (0, 1 << 1, 1 << 6, 1 << 12 | 1 << 13, 1 << 14):  # plain, by a thread of the kernel, disabled, ...
    attempt(syscall, SETUP, 4, (ctypes.c_uint32 * 30)(0, 0, flags))
for fd in (-1, *range(3, 16)):
    attempt(syscall, REGISTER, fd, 8, (ctypes.c_uint32 * 64)(), 8)  # what it could do
    attempt(syscall, ENTER, fd, 0, 0, 0, 0, 0)
"""
)


def test_no_ring_can_be_set_up(attack):
    fails(attack(HOSTILE, RIGHT_IF_DONE))
