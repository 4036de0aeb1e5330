"""053: threads without end. Their stacks count as memory, their work as CPU time; all end with the process."""

import pytest

from tests.labs.attacks.conftest import fails

HOSTILE = """
import ctypes, signal, threading, time
threading.stack_size({stack})
def bomb(work):
    try:
        while True:
            threading.Thread(target=work, daemon=False).start()
    except (RuntimeError, MemoryError):
        pass
"""
SLEEP = "bomb(lambda: time.sleep(99))\n"
SPIN = "def spin():\n    while True: pass\nbomb(spin)\n"
BREED = "def breed():\n    bomb(breed)\n    time.sleep(99)\nthreading.Thread(target=breed).start()\ntime.sleep(99)\n"


@pytest.mark.parametrize("stack", [32 * 1024, 8 * 2**20])
@pytest.mark.parametrize("work", [SLEEP, SPIN, BREED], ids=["sleep", "spin", "breed"])
def test_it_ends_with_the_answer(attack, stack, work):
    """Whether it comes to its end in time or not."""
    verdict = attack(HOSTILE.format(stack=stack) + work, "def double(x):\n    return 3 * x\n")
    fails(verdict, *verdict.faults)
    assert len(verdict.faults) <= 2


def test_threads_below_the_interpreter(attack):
    """POSIX threads with the smallest stacks, which Python knows nothing of."""
    raw = """
libc, thread, attributes = ctypes.CDLL(None), ctypes.c_ulong(), ctypes.create_string_buffer(64)
libc.pthread_attr_init(attributes)
libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
pause = ctypes.cast(libc.pause, ctypes.c_void_p)
while libc.pthread_create(ctypes.byref(thread), attributes, pause, None) == 0:
    pass
"""
    verdict = attack(HOSTILE.format(stack=0) + raw, "def double(x):\n    return 3 * x\n")
    fails(verdict, *verdict.faults)
