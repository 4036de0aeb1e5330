"""How an answer can fail without being compared: each way by its name."""

from __future__ import annotations

import pytest

from labs.grading.verdict import Fault, Outcome, Verdict

PASSED, FAILED, ERROR, TIMEOUT = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    return {p.name: p.outcome for p in verdict.properties}


def diagnoses(verdict: Verdict) -> str:
    return " ".join(p.diagnosis.en + p.diagnosis.zh for p in verdict.properties if p.diagnosis)


IN_A_CALL = "import {modules}\ndef double(x):\n    {statement}\n    return x + x"
LOOP = "while True: pass"
SEGFAULT = "ctypes.string_at(0)"


@pytest.mark.parametrize("statement", ["os._exit(0)", SEGFAULT, "os.abort()", "os.close(0)\n    os._exit(1)"])
@pytest.mark.parametrize("where", ["import", "call"])
def test_crashes_are_named(grade, statement, where):
    if where == "import":
        verdict = grade("import os, ctypes\n" + statement.replace("\n    ", "\n"))
    else:
        verdict = grade(IN_A_CALL.format(modules="os, ctypes", statement=statement))
    assert verdict.faults == [Fault.CRASHED]
    assert set(outcomes(verdict).values()) == {ERROR}
    assert verdict.score == 0


def test_killing_oneself_is_a_crash_or_nothing(grade):
    """The first process of a namespace of its own is deaf to its own SIGKILL; any other dies of it."""
    verdict = grade(IN_A_CALL.format(modules="signal", statement="signal.raise_signal(signal.SIGKILL)"))
    assert verdict.passed or verdict.faults == [Fault.CRASHED]


@pytest.mark.parametrize(
    "answer",
    [
        LOOP,
        f"def double(x):\n    {LOOP}",
        "import time\ndef double(x): time.sleep(1000)",
        f"import signal\ndef double(x):\n    signal.raise_signal(signal.SIGSTOP)\n    {LOOP}",
        f"def double(x):\n    try:\n        {LOOP}\n    finally:\n        {LOOP}",
    ],
    ids=["import", "call", "sleep", "stopped", "finally"],
)
def test_endless_answers_time_out(grade, hasty, answer):
    verdict = grade(answer, lab=hasty)
    assert verdict.faults == [Fault.TIMEOUT]
    assert outcomes(verdict)["doubles"] is TIMEOUT
    assert verdict.score == 0
    assert verdict.seconds < 10


@pytest.mark.parametrize(
    "statement",
    ["bytearray(2**30)", "torch.ones(2**28)", "[0] * 2**28", "torch.zeros(1).expand(2**40).contiguous()"],
)
def test_memory_beyond_the_limit_is_named(grade, statement):
    verdict = grade(IN_A_CALL.format(modules="torch", statement=f"hog = {statement}"))
    assert verdict.faults == [Fault.MEMORY]
    assert outcomes(verdict)["doubles"] is ERROR


@pytest.mark.parametrize("answer", ["import threading\nhog = bytearray(2**30)", "x = 'x' * 2**30"])
def test_memory_beyond_the_limit_at_import_is_named(grade, answer):
    assert grade(answer).faults == [Fault.MEMORY]


@pytest.mark.parametrize(
    "attack",
    [
        "os.write(sock, b'\\xff' * 4096)",
        "os.write(sock, struct.pack('>II', 2**32 - 1, 2**32 - 1))",
        "os.write(sock, frame(b'no json'))",
        "os.write(sock, frame(b'[' * 100_000))",
        "os.write(sock, frame([1]))",
        "os.write(sock, frame({}))",
        "os.write(sock, frame({'error': 1}))",
        "os.write(sock, frame({'error': {'type': [], 'line': {}, 'text': {}}}))",
        'os.write(sock, frame(b\'{"error": {"text": "\\\\ud800"}}\'))',
        "os.write(sock, frame(one(shape=[-1])))",
        "os.write(sock, frame(one(shape=[2**40])))",
        "os.write(sock, frame({'tree': 0, 'tensors': [{'dtype': 'bool', 'shape': [0], 'device': 'cpu'}] * 500}))",
        "os.write(sock, frame(one(device='meta'), bytes(12)))",
    ],
)
def test_forged_frames_never_pass(grade, socket_finder, attack):
    one = """
def one(**changed):
    entry = {"dtype": "float32", "shape": [3], "device": "cpu", **changed}
    return {"tree": {"$tensor": 0}, "tensors": [entry]}
"""
    verdict = grade(socket_finder + one + f"def double(x):\n    {attack}\n    return x + x")
    assert outcomes(verdict)["doubles"] in (ERROR, FAILED)
    assert not verdict.passed
    assert set(verdict.faults) <= {Fault.PROTOCOL, Fault.RAISED, Fault.CRASHED}
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(
    "attack", ["os.close(sock)", "os.dup2(0, sock)", "os.write(sock, struct.pack('>II', 8, 0))\n    os._exit(0)"]
)
def test_hanging_up_is_a_crash(grade, socket_finder, attack):
    verdict = grade(socket_finder + f"def double(x):\n    {attack}\n    return x + x")
    assert verdict.faults == [Fault.CRASHED]


def test_one_byte_at_a_time_runs_into_the_time_limit(grade, hasty, socket_finder):
    verdict = grade(
        socket_finder
        + "import time\ndef double(x):\n    while True:\n        os.write(sock, b'\\0')\n        time.sleep(0.05)",
        lab=hasty,
    )
    assert not verdict.passed
    assert set(verdict.faults) <= {Fault.TIMEOUT, Fault.PROTOCOL}


def test_replies_sent_ahead_gain_nothing(grade, socket_finder):
    ahead = "os.write(sock, frame({'loaded': True}) + frame({'used': [], 'tree': None, 'tensors': []}) * 20)"
    verdict = grade(socket_finder + ahead + "\ndef double(x): return x + x")
    assert not verdict.passed
    assert outcomes(verdict)["doubles"] is not PASSED


@pytest.mark.parametrize(
    "answer",
    [
        b"def double(x:\n",
        b"def double(x): return '\xff\xfe'",
        b"def double(x): return x\0",
        b"1/0",
        b"raise SystemExit(0)",
        b"raise KeyboardInterrupt",
        b"raise BaseException",
        b"import answer_that_is_not_there",
        b"#" * (2**20 + 1),
        b"from double import double",
        b"class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E",
        b"x = " + b"(" * 500 + b")" * 500,
        b"def f(): f()\nf()",
        b"# coding: no-such-codec\n",
    ],
)
def test_what_cannot_be_loaded_is_unreadable(grade, answer):
    verdict = grade(answer)
    assert verdict.faults == [Fault.UNREADABLE]
    assert set(outcomes(verdict).values()) == {ERROR}
    assert verdict.score == 0


def test_the_line_of_a_syntax_error_is_told(grade):
    assert "line 3" in diagnoses(grade("a = 1\n\ndef double(x:\n"))


@pytest.mark.parametrize("answer", [b"x = " + b"-" * 200_000 + b"1", b"x = " + b"[" * 150 + b"]" * 150 + b"\n1/0"])
def test_sources_that_try_the_compiler_are_a_fault_of_their_own(grade, answer):
    verdict = grade(answer)
    assert not verdict.passed
    assert verdict.faults
    assert set(verdict.faults) <= {Fault.UNREADABLE, Fault.CRASHED, Fault.MEMORY}


def test_marks_and_line_ends_of_editors_are_read(grade, right):
    assert grade(b"\xef\xbb\xbf" + right.replace("\n", "\r\n").encode()).passed
    assert grade("# 加倍\n" + right).passed


@pytest.mark.parametrize(
    "answer",
    ["", "double = 3", "def Double(x): return x + x", "def double(): return 1", "def double(x): return x.no_such"],
)
def test_missing_or_misnamed_functions_raise_in_the_call(grade, answer):
    verdict = grade(answer)
    assert verdict.faults == [Fault.RAISED]
    assert outcomes(verdict) == dict.fromkeys(outcomes(verdict), ERROR)


@pytest.mark.parametrize(
    "raised", ["SystemExit", "KeyboardInterrupt", "BaseException", "GeneratorExit", "RecursionError"]
)
def test_whatever_a_call_raises_is_an_error_and_the_next_call_goes_on(grade, raised):
    verdict = grade(f"def double(x):\n    if x.dim() == 2: raise {raised}\n    return x + x")
    assert outcomes(verdict) == {"doubles": ERROR, "keeps-dtype": PASSED, "leaves-input": PASSED, "own-work": PASSED}
    assert verdict.faults == [Fault.RAISED]
    assert f"line 2, {raised}" in diagnoses(verdict)


@pytest.mark.parametrize("text", ["'\\ud800'", "'\\0\\x1b[31m'", "'x' * 10**6", "['[red]', '<script>']"])
@pytest.mark.parametrize("suite", ["public", "hidden"])
def test_no_text_of_an_exception_breaks_the_judge(grade, text, suite):
    """Half a surrogate pair once ended the judge without a verdict."""
    for answer in (f"raise ValueError({text})", f"def double(x): raise ValueError({text})"):
        verdict = grade(answer, suite=suite)
        assert not verdict.passed
        assert verdict.faults in ([Fault.UNREADABLE], [Fault.RAISED])
        assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict
        assert len(diagnoses(verdict)) < 5000


def test_half_a_surrogate_pair_as_a_result_is_no_result(grade):
    verdict = grade("def double(x): return '\\ud800'")
    assert verdict.faults == [Fault.PROTOCOL]


def test_a_file_name_that_is_no_text_can_be_named(grade, right):
    assert "dcff" in grade(right, path="a\udcff.py").model_dump_json()
