"""096: a function that is not there, has another name, or is none. Each call is an error, and says what is missing."""

import pytest

from labs.grading.verdict import Fault, Outcome
from tests.labs.attacks.conftest import fails

ANSWERS = [
    "",
    "pass\n",
    "def Double(x):\n    return x + x\n",
    "def double_(x):\n    return x + x\n",
    "def doublе(x):\n    return x + x\n",  # the last letter is Cyrillic
    "class Answer:\n    def double(self, x):\n        return x + x\n",
    "if False:\n    def double(x):\n        return x + x\n",
    "def double(x):\n    return x + x\ndel double\n",
    "double = None\n",
    "double = 3\n",
    "double = 'x + x'\n",
    "double = [lambda x: x + x]\n",
    "def __getattr__(name):\n    raise RuntimeError\n",
    "def __getattr__(name):\n    return None\n",
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_call_is_an_error(attack, answer):
    verdict = attack("", answer)
    fails(verdict, Fault.RAISED)
    assert verdict.score == 0
    assert {p.outcome for p in verdict.properties} == {Outcome.ERROR}


def test_it_says_what_is_missing(attack):
    diagnosis = attack("", "def Double(x):\n    return x + x\n").properties[0].diagnosis
    assert diagnosis
    assert "AttributeError" in diagnosis.en
