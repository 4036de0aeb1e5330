"""087: NUL bytes, at which C code would stop reading. The whole source is refused."""

import pytest

from labs.grading.verdict import Fault, Verdict
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import RIGHT


@pytest.mark.parametrize(
    "source",
    [
        f"{RIGHT}\0{WRONG}",
        f"{WRONG}\0{RIGHT}",
        f"\0{RIGHT}",
        f"{RIGHT}\0",
        f"# \0\n{RIGHT}",
        f"x = '\0'\n{RIGHT}",
        "\0" * 10_000,
    ],
)
def test_in_a_source_they_are_unreadable(attack, source):
    fails(attack(source.encode()), Fault.UNREADABLE)


def test_in_values_they_do_no_harm(attack):
    """Written as escapes: in texts, names and results."""
    hostile = "x = 'a\\0b'\nglobals()['a\\0b'] = 1\nclass E(Exception): pass\nE.__name__ = 'E'\n"
    verdict = attack(hostile, "def double(x):\n    raise E('\\0' * 10**6)\n")
    fails(verdict, Fault.RAISED)
    fails(attack(hostile, "def double(x):\n    return '\\0' * 100\n"))
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict
