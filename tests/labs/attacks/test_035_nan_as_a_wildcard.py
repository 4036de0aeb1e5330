"""035: return NaN, which no difference exceeds. Non-finite values must stand where the reference has the same."""

import pytest

from tests.labs.attacks.conftest import WRONG, fails

WILD = {
    "nan": "x * float('nan')",
    "inf": "x * float('inf')",
    "signed": "x.sign() * float('inf')",
    "some": "torch.where(torch.arange(x.numel()).reshape(x.shape) % 2 == 0, x + x, x * float('nan'))",
    "one": "(x + x).index_fill(0, torch.tensor(0), float('nan')) if x.is_floating_point() else x + x",
    "payload": "torch.full(x.shape, -1, dtype=torch.int32).view(torch.float32)",
}
ANSWER = "import torch\ndef double(x):\n    return {wild}\n"
COMPARE = "assert not (answer.double(x) - reference.double(x)).abs().max() > 1e-5"


@pytest.mark.parametrize("wild", WILD)
def test_a_wrong_answer_fails(attack, wild):
    fails(attack("", ANSWER.format(wild=WILD[wild])))


@pytest.mark.parametrize("wild", ["nan", "some", "one", "payload"])
def test_it_works_where_a_difference_is_bounded(naive, tmp_path, wild):
    assert not naive.passes(tmp_path, WRONG, check=COMPARE)
    assert naive.passes(tmp_path, ANSWER.format(wild=WILD[wild]), check=COMPARE)
