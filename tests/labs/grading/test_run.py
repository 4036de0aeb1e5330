"""The candidate's own snippet: output, value, traceback and faults."""

from __future__ import annotations

import pytest

from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.verdict import Fault


def test_run_gives_output_value_and_own_traceback_lines(judge: Dispatcher, toy: Lab, right):
    done = judge.run(toy, right.encode(), "print('hello')\ndouble(torch.tensor([1.5]))")
    assert (done.output, done.value, done.fault) == ("hello\n", "tensor([3.])", None)
    failed = judge.run(toy, b"def double(x):\n    return x / 0\n", "double(1)")
    assert failed.fault is Fault.RAISED
    assert failed.traceback[-1] == "ZeroDivisionError: division by zero"
    assert any(line.startswith("answer.py:2 in double") for line in failed.traceback)
    assert not any("candidate.py" in line for line in failed.traceback)


@pytest.mark.parametrize(
    ("answer", "snippet", "fault"),
    [
        ("def double(x:", "1", Fault.UNREADABLE),
        ("", "import os; os._exit(3)", Fault.CRASHED),
        ("", "while True: pass", Fault.TIMEOUT),
        ("", "bytearray(2**30)", Fault.MEMORY),
        ("", "x = (", Fault.RAISED),
        ("", "raise SystemExit", Fault.RAISED),
    ],
)
def test_run_names_its_faults(judge: Dispatcher, hasty: Lab, answer, snippet, fault):
    assert judge.run(hasty, answer.encode(), snippet).fault is fault


@pytest.mark.parametrize(
    "reply",
    [
        "{'output': 7}",
        "{'output': {'output': 'x' * 8001}}",
        "{'output': {'traceback': [''] * 9999}}",
        "{'output': {'output': 'x', 'fault': 'none such'}}",
        "{}",
    ],
)
def test_a_forged_reply_breaks_the_protocol(judge: Dispatcher, toy: Lab, socket_finder, reply):
    done = judge.run(toy, socket_finder.encode(), f"os.write(sock, frame({reply}))")
    assert done.fault is Fault.PROTOCOL


def test_a_forged_greeting_breaks_the_protocol(judge: Dispatcher, toy: Lab, socket_finder):
    forged = socket_finder + "os.write(sock, frame({'loaded': False, 'error': 7}))"
    assert judge.run(toy, forged.encode(), "1").fault is Fault.PROTOCOL


@pytest.mark.parametrize(
    "snippet", ["print('\\ud800')", "'\\ud800'", "print('x' * 10**7)", "'x' * 10**7", "raise ValueError('\\ud800')"]
)
def test_run_bounds_and_mends_what_it_shows(judge: Dispatcher, toy: Lab, snippet):
    done = judge.run(toy, b"", snippet)
    text = done.model_dump_json()
    assert len(text) < 40_000
    assert done.fault in (None, Fault.RAISED)


# -- code that belongs to no lab ---------------------------------------------------------------------------------------


def test_code_of_no_lab_is_evaluated(judge: Dispatcher):
    output = judge.evaluate(b"def half(*, of): return of / 2\n", "half(of=3)", preload="torch")
    assert (output.value, output.fault) == ("1.5", None)


def test_it_is_as_locked_in_as_an_answer(judge: Dispatcher, toy: Lab):
    hidden = judge.evaluate(b"", f"open({str(toy.reference)!r}).read()", preload="torch")
    assert hidden.fault is Fault.RAISED
    assert "PermissionError" in hidden.traceback[-1]
    forked = judge.evaluate(b"import os", "os.fork()", preload="torch")
    assert forked.fault is Fault.RAISED


def test_it_ends_when_its_time_is_over(judge: Dispatcher):
    assert judge.evaluate(b"", "while True: pass", preload="torch").fault is Fault.TIMEOUT


def test_what_peft_makes_is_at_hand(judge: Dispatcher):
    source = b"def rank():\n    from peft import LoraConfig\n    return LoraConfig(r=3).r\n"
    assert judge.evaluate(source, "rank()").value == "3"
