"""019: leave with exit code 0 at import. A verdict is what the judge found; of an exit code it knows nothing."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

EXITS = {
    "os._exit": ("import os\nos._exit(0)\n", Fault.CRASHED),
    "libc": ("import ctypes\nctypes.CDLL(None)._exit(0)\n", Fault.CRASHED),
    "quick_exit": ("import ctypes\nctypes.CDLL(None).quick_exit(0)\n", Fault.CRASHED),
    "sys.exit": ("import sys\nsys.exit(0)\n", Fault.UNREADABLE),
    "thread": (
        "import os, threading\nthreading.Thread(target=os._exit, args=(0,)).start()\nwhile 1: pass\n",
        Fault.CRASHED,
    ),
}


@pytest.mark.parametrize("way", EXITS)
def test_an_answer_that_leaves_fails(attack, way):
    hostile, fault = EXITS[way]
    fails(attack(hostile, RIGHT), fault)


def test_it_works_where_the_exit_code_is_the_verdict(naive, tmp_path):
    assert naive.passes(tmp_path, EXITS["os._exit"][0])
