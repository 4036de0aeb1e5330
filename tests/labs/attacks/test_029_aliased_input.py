"""029: return the input itself, changed so that the reference agrees with it. The answer works on a copy."""

import pytest

from labs.grading.verdict import Outcome
from tests.labs.attacks.conftest import fails

ALIASES = {
    "zeroed": "def double(x):\n    return x.zero_()\n",
    "view": "def double(x):\n    x.zero_()\n    return x.view_as(x)[...]\n",
    "later": "KEPT = []\ndef double(x):\n    for old in KEPT: old.zero_()\n    KEPT.append(x)\n    return x\n",
}
COMPARE = "assert torch.allclose(answer.double(x), reference.double(x))"


@pytest.mark.parametrize("way", ALIASES)
def test_a_wrong_answer_fails(attack, way):
    fails(attack("", ALIASES[way]))


def test_a_right_value_in_the_input_itself_is_told(attack):
    verdict = attack("", "def double(x):\n    return x.mul_(2)\n")
    outcomes = {p.name: p.outcome for p in verdict.properties}
    assert outcomes["doubles"] is Outcome.PASSED
    assert outcomes["leaves-input"] is Outcome.FAILED


def test_it_works_where_the_input_is_shared(naive, tmp_path):
    assert naive.passes(tmp_path, ALIASES["zeroed"], check=COMPARE)
