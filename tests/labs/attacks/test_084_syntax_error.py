"""084: a source that is no Python. It is unreadable, with the line; none of it runs."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

BROKEN = [
    "def double(x:\n",
    "  x = 1\n",
    "return 1\n",
    "print 'Python 2'\n",
    "x = '''",
    "\tx = 1\n        y = 2\n",
    "yield 1\n",
    "await x\n",
    "from __future__ import braces\n",
    "nonlocal x\n",
    "def f(a, a): pass\n",
    "\x0c\x01\n",
    "x = 1；y = 2\n",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_behind_a_right_answer(attack, broken):
    fails(attack((RIGHT + broken).encode()), Fault.UNREADABLE)


def test_the_line_is_told(attack):
    verdict = attack("", f"{RIGHT}\n\ndef broken(:\n")
    assert verdict.properties[0].diagnosis
    assert "line 5" in verdict.properties[0].diagnosis.en
