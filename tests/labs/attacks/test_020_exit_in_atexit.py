"""020: leave with exit code 0 at the end. The process is ended without running what was registered for it."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.toy import RIGHT

HOSTILE = """
import atexit, os, signal, sys, threading, weakref

def leave(*arguments):
    os._exit(0)

class Last:
    def __del__(self):
        leave()

LAST = Last()
sys.modules["last"] = Last()
atexit.register(leave)
threading._register_atexit(leave)
weakref.finalize(sys, leave)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, leave)
sys.excepthook = leave
"""


def test_a_wrong_answer_fails(attack):
    fails(attack(HOSTILE, WRONG))


def test_a_right_answer_passes(attack):
    passes_or_is_flagged(attack(HOSTILE, RIGHT))


def test_it_works_where_the_exit_code_is_the_verdict(naive, tmp_path):
    assert not naive.passes(tmp_path, WRONG)
    assert naive.passes(tmp_path, HOSTILE + WRONG)
