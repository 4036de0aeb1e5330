"""Derive functions and traces run in a process of their own, which may fail in any way without taking us along."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from quiz.bank.derive import DeriveJob, TraceJob, compute

WIDTHS = str(Path(__file__).with_name("widths.py"))


def call(function: str) -> DeriveJob:
    return DeriveJob(WIDTHS, function, {})


RIGHT = DeriveJob(WIDTHS, "bytes_of", {"parameters": 3, "bits": 8})


def test_outcomes_come_in_order_whatever_the_functions_print():
    outcomes = compute([call("two_bytes"), RIGHT, TraceJob("print('1\\n{}')"), RIGHT])
    assert [o.value for o in outcomes] == ["a", 3.0, "1\n{}\n", 3.0]
    assert all(o.error is None for o in outcomes)


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("raises", "it raised ZeroDivisionError: nothing to divide by"),
        ("returns_no_number", "not a Fraction"),
        ("returns_nan", "nan is no key"),
        ("returns_too_much", "too large"),
        ("leaves", "it raised SystemExit: 0"),
        ("dies", "it ended the process with status 3: out of memory"),
        ("absent", "there is no function absent in widths.py"),
    ],
)
def test_a_failing_job_fails_alone(function, error):
    before, failed, after = compute([RIGHT, call(function), RIGHT])
    assert (before.value, after.value) == (3.0, 3.0)
    assert failed.value is None
    assert error in failed.error


def test_a_job_that_hangs_is_ended():
    hung, after = compute([call("hangs"), RIGHT], max_seconds=0.5)
    assert hung.error == "it did not finish within 0.5 s"
    assert after.value == 3.0


def test_the_code_does_not_see_the_files_beside_the_worker():
    (outcome,) = compute([TraceJob("import derive_worker")])
    assert "ModuleNotFoundError" in outcome.error


def test_no_jobs_start_no_process(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    assert compute([]) == []


def test_a_float_arrives_as_it_was():
    (outcome,) = compute([TraceJob("import math; print(repr(math.pi))")])
    assert float(outcome.value) == math.pi


def test_the_bank_never_imports_torch():
    heavy = "{'torch', 'transformers', 'peft', 'deepspeed', 'textual'}"
    ours = "quiz.bank.check, quiz.bank.stats, quiz.marking, quiz.presentation"
    program = f"import sys, {ours}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
