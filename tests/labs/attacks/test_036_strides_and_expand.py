"""036: return a tensor that broadcasts, overlaps or reaches out of its memory. Shapes are compared, values copied."""

import pytest

from labs.grading.verdict import Fault
from tests.labs.attacks.conftest import fails
from tests.labs.toy import RIGHT

EMPTY = "x.new_empty((0, *[1] * x.dim()))"
WRONG_SHAPES = [
    EMPTY,
    "(x + x).reshape(-1)[:1]",
    "(x + x).sum()",
    "(x + x).unsqueeze(0)",
    "(x + x).unsqueeze(0).expand(1000, *x.shape)",
    "(x + x).reshape(1, -1)",
]
WRONG_VALUES = [
    "(x + x).reshape(-1)[:1].expand(x.numel()).reshape(x.shape)",
    "(x + x).reshape(-1)[:1].as_strided(x.shape, [0] * x.dim())",
    "(x + x).flip(0).as_strided(x.shape, x.stride())",
    "x.as_strided(x.shape, x.stride(), 0)",
]
OUT_OF_MEMORY = [
    "x.as_strided(x.shape, [10**6] * x.dim())",
    "x.as_strided(x.shape, x.stride(), 10**9)",
    "x.as_strided(x.shape, [-1] * x.dim())",
]
ODD_BUT_RIGHT = [
    "(x + x).unsqueeze(0).expand(7, *x.shape)[3]",
    "torch.stack([x + x, x], -1)[..., 0]",
    "(x + x).T.contiguous().T",
    "torch.view_as_complex(torch.stack([x.double(), -2.0 * x.double()], -1)).conj().imag.to(x.dtype)",
    "torch._neg_view(-(x + x))",
]
ANSWER = "import torch\ndef double(x):\n    return {result}\n"
COMPARE = "assert (answer.double(x) == reference.double(x)).all()"


@pytest.mark.parametrize("result", [*WRONG_SHAPES, *WRONG_VALUES])
def test_a_wrong_answer_fails(attack, result):
    fails(attack("", ANSWER.format(result=result)))


@pytest.mark.parametrize("result", OUT_OF_MEMORY)
def test_what_reaches_out_of_its_memory_raises(attack, result):
    fails(attack("", ANSWER.format(result=result)), Fault.RAISED)


def test_an_expanded_tensor_that_no_memory_holds_is_a_fault(attack):
    huge = "(x + x).reshape(-1)[:1].expand(2**40)"
    verdict = attack("", ANSWER.format(result=huge))
    fails(verdict, Fault.MEMORY)


@pytest.mark.parametrize("result", ODD_BUT_RIGHT)
def test_a_right_answer_in_an_odd_layout_passes(attack, result):
    assert attack("", ANSWER.format(result=result)).passed


def test_it_works_where_shapes_broadcast(naive, tmp_path):
    assert naive.passes(tmp_path, RIGHT, check=COMPARE)
    assert naive.passes(tmp_path, ANSWER.format(result=EMPTY), check=COMPARE)
