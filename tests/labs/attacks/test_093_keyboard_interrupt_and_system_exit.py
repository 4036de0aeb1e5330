"""093: leave by the ways that an ordinary `except` lets pass. Here they are ways to fail like any other."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

WAYS = [
    "raise KeyboardInterrupt",
    "raise SystemExit",
    "raise SystemExit(0)",
    "sys.exit('all passed')",
    "exit(0)",
    "quit()",
    "signal.raise_signal(signal.SIGINT)",
    "_thread.interrupt_main(); time.sleep(0.1)",
    "threading.Thread(target=_thread.interrupt_main).start(); time.sleep(0.1)",
]
MODULES = (
    "import _thread, signal, sys, threading, time\nfrom _sitebuiltins import Quitter\nexit = quit = Quitter('', '')\n"
)


@pytest.mark.parametrize("way", WAYS)
def test_in_a_call(attack, way):
    fails(attack(MODULES, f"def double(x):\n    {way}\n    return 3 * x\n"), Fault.RAISED)


@pytest.mark.parametrize("way", WAYS)
def test_at_import(attack, way):
    fails(attack(MODULES, f"{way}\n{RIGHT}"), Fault.UNREADABLE)


def test_between_two_calls(attack):
    """A signal that strikes in the judge's part of the process, which waits for the next call."""
    timer = "signal.signal(signal.SIGALRM, lambda *_: sys.exit(0))\nsignal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)\n"
    verdict = attack(MODULES, f"{timer}def double(x):\n    return 3 * x\n")
    fails(verdict, *verdict.faults)
    assert set(verdict.faults) <= {Fault.RAISED, Fault.CRASHED, Fault.UNREADABLE}


def test_when_the_interpreter_ends(attack):
    leave = "import atexit, os, sys\natexit.register(sys.exit, 0)\natexit.register(os._exit, 0)\n"
    fails(attack(leave, "def double(x):\n    return 3 * x\n"))
