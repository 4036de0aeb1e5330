"""095: sources at which parsers and compilers break. They are read in the answer's process, within its limits."""

import pytest

from labs.grading.answers import MAX_ANSWER_BYTES
from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

DEEP = 100_000
SOURCES = {
    "brackets": "x = " + "(" * DEEP + ")" * DEEP,
    "brackets within the parser's limit": "x = " + "[" * 199 + "]" * 199 + "\n1/0",
    "unclosed": "(" * DEEP,
    "signs": "x = " + "-" * DEEP + "1",
    "not": "x = " + "not " * DEEP + "1",
    "sum": "x = " + "1+" * DEEP + "1",
    "power": "x = " + "1**" * DEEP + "1",
    "attributes": "x = a" + ".b" * DEEP,
    "many long attributes": "\n".join(["x = a" + ".b" * 2_000] * 200),
    "calls": "x = a" + "()" * DEEP,
    "subscripts": "x = a" + "[0]" * DEEP,
    "lambdas": "x = " + "lambda: " * DEEP + "1",
    "conditions": "x = " + "1 if 1 else " * 50_000 + "1",
    "elif": "if 1: pass\n" + "elif 1: pass\n" * 50_000,
    "blocks": "\n".join(" " * i + "if 1:" for i in range(99)) + "\n" + " " * 99 + "pass",
    "too many blocks": "\n".join(" " * i + "if 1:" for i in range(1_000)) + "\n" + " " * 1_000 + "pass",
    "nested functions": "\n".join(" " * i + "def f():" for i in range(99)) + "\n" + " " * 99 + "pass",
    "comprehensions": "x = " + "[" * 90 + "x" + " for x in y]" * 90,
    "f-strings": "x = " + "f'{" * 60 + "1" + "}'" * 60,
    "braces": "f'" + "{" * 150 + "'",
    "patterns": "match 1:\n case " + "[" * 5_000 + "]" * 5_000 + ": pass",
    "decorators": "@a\n" * 10_000 + "def f(): pass",
    "annotations": "def f(" + ", ".join(f"a{i}: int" for i in range(3_000)) + "): pass",
    "folded": "x = 1 << 10**10\ny = 'x' * 10**10\nz = (1,) * 10**10",
    "folded bit by bit": "x = " + "*".join(["'x'"] + ["4096"] * 20),
    "digits": "x = " + "9" * 100_000,
    "name": "x" * 500_000 + " = 1",
    "continued": "x = 1 + \\\n" * 100_000 + "1",
    "one string": "x = '" + "\\N{GREEK SMALL LETTER ALPHA}" * 30_000 + "'",
    "full": "#" * MAX_ANSWER_BYTES,
    "too full": "x = 1\n" * (MAX_ANSWER_BYTES // 6),
    "surrogates": "x = '" + "\\ud800" * 1000 + "'\nraise ValueError(x)",
    "asserts": "assert (" + "1, " * 10_000 + ")\n1/0",
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_it_is_a_fault_or_no_answer(attack, source):
    """Python may read one or the other, of this version or the next: then the answer has no function to call."""
    verdict = attack("", source + "\ndef double(x):\n    return 3 * x\n")
    fails(verdict, *verdict.faults)


@pytest.mark.parametrize("source", ["brackets", "signs", "sum", "attributes", "too full"])
def test_a_right_answer_behind_it_is_not_reached(attack, source):
    verdict = attack("", SOURCES[source] + "\n" + RIGHT)
    fails(verdict, *verdict.faults)
    assert set(verdict.faults) <= {Fault.UNREADABLE, Fault.CRASHED, Fault.MEMORY, Fault.TIMEOUT}
    assert verdict.faults
