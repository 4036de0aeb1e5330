"""014: learn expected values from the text of assertions. A hidden suite's verdict says the same of any wrong value."""

from tests.labs.attacks.conftest import fails

HOSTILE = """
import builtins, re, torch

TOLD = []

def listening(kind):
    class Listening(kind):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            TOLD.extend(re.findall(r"-?[0-9]+[.][0-9]+", " ".join(map(str, arguments))))
    return Listening

builtins.AssertionError = listening(AssertionError)
try:
    from labs.grading import proxies, suite
    suite.Mismatch = proxies.Mismatch = listening(suite.Mismatch)
    suite.rounding_error = lambda actual, expected, **options: TOLD.append(expected) or 0.0
except ImportError:
    pass
try:
    from torch.testing import _comparison
    _comparison.ErrorMeta.to_error = lambda self, *arguments: TOLD.append(self.msg)
except (ImportError, AttributeError):
    pass
"""
ANSWER = "def double(x):\n    return x + x if TOLD else 3 * x\n"
SCALED = "def double(x):\n    return x * {factor}\n"


def test_a_wrong_answer_hears_nothing(attack):
    fails(attack(HOSTILE, ANSWER))


def test_verdicts_say_nothing_of_how_far_off_a_value_is(attack):
    said = {
        attack("", SCALED.format(factor=factor), seed=seed).model_dump_json(include={"properties", "score", "faults"})
        for factor in ("3", "2.1", "-400")
        for seed in ("one", "another")
    }
    assert len(said) == 1
