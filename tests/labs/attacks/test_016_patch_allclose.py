"""16: replace the comparison. The answer can patch every comparison of torch, in its own process alone."""

from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.toy import RIGHT

HOSTILE = """
import torch
for holder in (torch, torch.Tensor):
    for name in ("allclose", "equal", "isclose", "eq"):
        if hasattr(holder, name):
            setattr(holder, name, lambda *args, **kwargs: True)
"""


def test_a_wrong_answer_fails(attack):
    fails(attack(HOSTILE, WRONG))


def test_a_right_answer_passes(attack):
    assert attack(HOSTILE, RIGHT).passed
