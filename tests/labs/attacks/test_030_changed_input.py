"""030: change the input before the reference sees it. The reference is given a copy of the judge's own."""

import pytest

from tests.labs.attacks.conftest import fails

CHANGES = {
    "values": "x.zero_()",
    "data": "x.data = torch.zeros_like(x)",
    "numpy": "x.detach().view(torch.uint8).numpy()[...] = 0",
    "storage": "x.untyped_storage().fill_(0)",
    "set": "x.set_(torch.zeros_like(x))",
    "size": "x.resize_(0)",
    "pointer": "ctypes.memset(x.data_ptr(), 0, x.nbytes)",
}
CHANGING = "import ctypes, torch\ndef double(x):\n    {change}\n    return 3 * x\n"
COMPARE = "assert torch.allclose(answer.double(x), reference.double(x))"


@pytest.mark.parametrize("way", CHANGES)
def test_a_wrong_answer_fails(attack, way):
    fails(attack("", CHANGING.format(change=CHANGES[way])))


@pytest.mark.parametrize("way", CHANGES)
def test_a_right_value_with_a_changed_input_is_told(attack, way):
    answer = CHANGING.format(change=f"result = x + x; {CHANGES[way]}").replace("return 3 * x", "return result")
    verdict = attack("", answer)
    assert [p.name for p in verdict.properties if p.outcome != "passed"] == ["leaves-input"]


@pytest.mark.parametrize("way", CHANGES)
def test_it_works_where_the_input_is_shared(naive, tmp_path, way):
    assert naive.passes(tmp_path, CHANGING.format(change=CHANGES[way]), check=COMPARE)
