"""068: stop itself, so that it neither runs nor ends. The judge waits by its own clock, and a stopped process dies."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails

STOP = """
import ctypes, os, signal, threading, time
def stop():
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        try: {way}
        except OSError: pass
    while True: time.sleep(99)  # the first process of a namespace cannot stop itself
"""
WAYS = [
    "signal.raise_signal(number)",
    "os.kill(os.getpid(), number)",
    "signal.pthread_kill(threading.get_ident(), number)",
]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_out_of_time(attack, way):
    fails(attack(STOP.format(way=way), "def double(x):\n    stop()\n"), Fault.TIMEOUT)


def test_at_import(attack):
    fails(attack(STOP.format(way=WAYS[0]), "stop()\n"), Fault.TIMEOUT)
