"""What a verdict shows of the inputs: all in a public suite, nothing in a hidden one."""

from __future__ import annotations

import pytest

from labs.grading.verdict import Verdict


def diagnoses(verdict: Verdict) -> str:
    return " ".join(p.diagnosis.en + p.diagnosis.zh for p in verdict.properties if p.diagnosis)


def test_a_public_suite_shows_what_was_off(grade):
    wrong = grade("def double(x): return x", suite="public")
    assert "eps" in diagnoses(wrong)
    raising = grade("def double(x): raise ValueError('see ' + str(x.tolist()))", suite="public")
    assert "see [1.0, 2.0]" in diagnoses(raising)


LEAKS = {
    "text": "def double(x): raise ValueError('9' * 7 + str(x.tolist()))",
    "class": "def double(x): raise type('E9999999' + str(x.tolist()), (Exception,), {})()",
    "builtin class": "def double(x): raise type('E9999999' + str(x.tolist()), (ValueError,), {})('9999999')",
    "key": "def double(x): return {'9999999': 1}[str(x.tolist())]",
    "syntax error": "def double(x): exec('9999999 = ' + str(x.tolist()))",
    "note": "def double(x):\n    e = ValueError('9999999')\n    e.add_note(str(x.tolist()))\n    raise e",
    "type name": "def double(x): return type('T9999999', (), {})()",
    "forged error": "def double(x): os.write(sock, frame({'error': "
    "{'type': '9999999', 'line': 9999999, 'text': '9999999', 'fault': '9999999'}}))",
    "forged calls": "def double(x): os.write(sock, frame({'tree': 0, 'tensors': [], 'used': ["
    "{'name': '9999999.rms_norm', 'line': 9999999}, {'name': 'rms_norm', 'line': 9999999}, "
    "{'name': 'E.9999999', 'line': 1}, {'name': 'rms_norm', 'line': '9999999'}, 9999999]}))",
    "recorder": "import labs.grading.runtime_check as r\nfrom labs.grading.source_check import Finding\n"
    "def take(self): return [Finding('9999999.rms_norm', 9999999), Finding('rms_norm', 9999999)]\n"
    "r.CallRecorder.take = take\ndef double(x): return x + x",
}


@pytest.mark.parametrize("answer", LEAKS.values(), ids=LEAKS.keys())
def test_a_hidden_suite_shows_nothing_of_its_inputs(grade, socket_finder, answer):
    """What an answer says of itself while hidden inputs are in its hands comes back as a few fixed words."""
    verdict = grade(socket_finder + answer)
    assert not verdict.passed
    report = diagnoses(verdict) + " ".join(verdict.flags)
    assert "9999999" not in report
    assert "tensor" not in report


def test_one_line_for_each_name_that_the_answer_reports(grade):
    """Line numbers, too, could carry an input: a hundred of them a call once did."""
    verdict = grade(
        """
        import labs.grading.runtime_check as r
        from labs.grading.source_check import Finding
        r.CallRecorder.take = lambda self: [Finding("rms_" + "norm", n) for n in range(50, 90)]
        def double(x): return x + x
        """
    )
    assert diagnoses(verdict).count("rms_norm") == 2  # once in each language
