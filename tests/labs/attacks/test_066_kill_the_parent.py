"""066: kill or stop who waits for the answer. It sees none of them, and may send no signal by any way."""

import os

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY
from tests.labs.zygotes import zygote_of

HOSTILE = (
    TRY
    + """
import fcntl, itertools, signal, struct
others = {os.getppid(), os.getsid(0), ZYGOTE, *OUTSIDE} - {0, os.getpgrp()}
attempt(os.kill, -1, 0)
tgkill, queue = ({"x86_64": a, "aarch64": b} for a, b in ((234, 131), (129, 138)))
for pid in others:
    for number in (0, signal.SIGSTOP, signal.SIGKILL) if pid == ZYGOTE else (0,):  # strangers are only knocked at
        attempt(os.kill, pid, number)
        attempt(os.killpg, pid, number)
        attempt(libc, "kill", pid, number)
        attempt(syscall, tgkill, pid, pid, number)
        attempt(syscall, queue, pid, number, ctypes.create_string_buffer(struct.pack("iii", number, 0, -1), 128))
    attempt(os.pidfd_open, pid)
    attempt(libc, "ptrace", 16, pid, 0, 0)
    attempt(os.sched_setscheduler, pid, os.SCHED_IDLE, os.sched_param(0))
    attempt(os.sched_setaffinity, pid, [0])
    attempt(os.setpriority, os.PRIO_PROCESS, pid, 19)
# A signal for whatever arrives at a descriptor, to whoever is named as its owner.
for fd, pid in itertools.product(range(3, 16), (ZYGOTE, -ZYGOTE)):
    for number in (8, 10, 8 | 1 << 32, 10 | 1 << 32):  # F_SETOWN, F_SETSIG; of a number the kernel reads 32 bits
        fcntl_call = {"x86_64": 72, "aarch64": 25}
        try:
            syscall(fcntl_call, fd, number, signal.SIGKILL if number & 2 else pid)
            fcntl.fcntl(fd, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        except (OSError, OverflowError):
            continue
    for request in (0x8901, 0x8902):  # FIOSETOWN, SIOCSPGRP
        try:
            fcntl.ioctl(fd, request, struct.pack("i", pid))
        except OSError:
            continue
"""
)


def test_everybody_lives(attack, judge):
    outside = [os.getpid(), os.getppid(), *range(2, 12)]
    verdict = attack(f"ZYGOTE, OUTSIDE = {zygote_of(judge).pid}, {outside}\n" + HOSTILE, RIGHT_IF_DONE)
    fails(verdict)


@pytest.mark.parametrize("way", ["os.kill(0, 9)", "os.killpg(os.getpgrp(), 9)", "signal.raise_signal(9)", "os.abort()"])
def test_a_signal_to_itself_harms_itself(attack, way):
    assert not attack(
        "import os, signal\n", f"try: {way}\nexcept OSError: pass\ndef double(x):\n    return 3 * x\n"
    ).passed
