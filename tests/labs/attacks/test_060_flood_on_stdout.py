"""060: print without end. An answer's standard streams lead nowhere; what a snippet prints is cut off."""

import pytest

from labs.grading.verdict import MAX_CHARACTERS, Fault
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import RIGHT

HOSTILE = """
import contextlib, faulthandler, logging, os, sys, warnings
text = "ropes-attack " * 1000
def flood():
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        print(text, file=stream, flush=True)
    for fd in (0, 1, 2):
        with contextlib.suppress(OSError): os.write(fd, text.encode())
    logging.error(text)
    warnings.warn(text)
    faulthandler.dump_traceback(sys.__stderr__)
"""


@pytest.mark.parametrize("answer", [WRONG, RIGHT])
def test_a_flood_changes_no_verdict(attack, answer):
    verdict = attack(HOSTILE, "for _ in range(300): flood()\n" + answer)
    fails(verdict) if answer is WRONG else None
    assert verdict.passed == (answer is RIGHT)


def test_a_flood_without_end_is_out_of_time(attack):
    fails(attack(HOSTILE, "def double(x):\n    while True: flood()\n"), Fault.TIMEOUT)


def test_of_a_snippets_output_the_beginning_is_kept(judge, target):
    seen = judge.run(target, HOSTILE.encode(), "for _ in range(300): flood()")
    assert seen.fault is None
    assert seen.truncated
    assert len(seen.output) <= MAX_CHARACTERS
    assert seen.output.startswith("ropes-attack")


def test_a_snippet_that_never_stops_printing_is_out_of_time(judge, target):
    assert judge.run(target, HOSTILE.encode(), "while True: print(text)").fault is Fault.TIMEOUT


def test_a_value_without_end_is_cut_off(judge, target):
    seen = judge.run(target, b"class Long:\n    __repr__ = lambda self: 'x' * 10**8\n", "Long()")
    assert (len(seen.value), seen.truncated) == (MAX_CHARACTERS, True)
