"""025: trace the tests past their assertions, listen to audit events. Hooks steer and see only their own process."""

from tests.labs.attacks.conftest import WRONG, fails, passes_or_is_flagged
from tests.labs.attacks.loot import RIGHT_IF_FOUND, look_for
from tests.labs.toy import RIGHT

TRACE = """
import sys, threading

def trace(frame, event, argument):
    if frame.f_code.co_name.startswith(("test_", "assert_")):
        if event == "line":
            try:  # a traced line can be jumped from: to the last one, past every assertion
                frame.f_lineno = max(line for _, _, line in frame.f_code.co_lines() if line)
            except ValueError:
                pass
    return trace

def trace_callers():
    frame = sys._getframe()
    while frame := frame.f_back:
        frame.f_trace = trace
    sys.settrace(trace)
    sys.setprofile(lambda *arguments: None)
    threading.settrace(trace)

def double(x):
    trace_callers()
    return 3 * x
"""
LISTEN = """
import sys

HEARD = []

def listen(event, arguments):
    if event in ("open", "compile", "exec", "import", "object.__getattr__", "socket.connect"):
        HEARD.extend(a for a in arguments if is_secret(a) or a in HIDDEN)

sys.addaudithook(listen)

def look(x=None):
    return list(HEARD)
"""


def test_a_wrong_answer_that_traces_fails(attack):
    fails(attack(TRACE))


def test_a_right_answer_that_traces_passes(attack):
    passes_or_is_flagged(attack(TRACE.replace("3 * x", "x + x")))


def test_an_audit_hook_hears_of_nothing_hidden(attack, vault):
    clues = look_for([vault.reference, vault.folder / "hidden" / "test_hidden.py"], ["seed-of-025"])
    fails(attack(clues + LISTEN, RIGHT_IF_FOUND, lab=vault, seed="seed-of-025"))


def test_an_audit_hook_that_raises_breaks_its_own_calls(attack):
    hostile = "import sys\ndef refuse(event, arguments): raise RuntimeError\n"
    verdict = attack(hostile, WRONG + "sys.addaudithook(refuse)\n")
    assert not verdict.passed
    passes_or_is_flagged(attack(hostile, RIGHT + "sys.addaudithook(refuse)\n"))


def test_it_works_where_the_tests_run_in_the_same_process(naive, tmp_path):
    assert naive.passes(tmp_path, TRACE)
