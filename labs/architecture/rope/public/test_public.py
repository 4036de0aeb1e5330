"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-tables")
def test_positions_zero_and_three_of_a_head_of_four(candidate):
    # base 100 and head_dim 4: the frequencies are 1 and 100^(-1/2) = 0.1, the angles at position 3 are 3 and 0.3.
    angles = torch.tensor([[0.0, 0.0, 0.0, 0.0], [3.0, 0.3, 3.0, 0.3]], dtype=torch.float64)
    actual = candidate.tables(4, torch.tensor([0, 3]), base=100.0)
    assert_close(actual["cos"], angles.cos(), scale=1 + angles, tolerance=16, dtype=torch.float32)
    assert_close(actual["sin"], angles.sin(), scale=1 + angles, tolerance=16, dtype=torch.float32)


@judges("hand-worked-tables")
def test_each_row_of_a_batch_has_its_own_positions(candidate):
    # head_dim 2 has one frequency, which is 1: the angle is the position.
    positions = torch.tensor([[5, 6], [2, 0]])
    angles = positions.double().unsqueeze(-1).expand(2, 2, 2)
    actual = candidate.tables(2, positions)
    assert_close(actual["cos"], angles.cos(), scale=1 + angles, tolerance=16, dtype=torch.float32)
    assert_close(actual["sin"], angles.sin(), scale=1 + angles, tolerance=16, dtype=torch.float32)


@judges("hand-worked-rotation")
def test_a_quarter_turn_and_a_turn_by_30_degrees(candidate):
    # The pairs of (1, 2, 3, 4) are (1, 3) and (2, 4). The first turns by 90 degrees: (-3, 1). The second turns by
    # 30 degrees: (2 cos 30 - 4 sin 30, 4 cos 30 + 2 sin 30) = (-0.268, 4.464).
    c, s = math.sqrt(0.75), 0.5
    x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]])
    cos, sin = torch.tensor([[0.0, c, 0.0, c]]), torch.tensor([[1.0, s, 1.0, s]])
    expected = torch.tensor([[[[-3.0, 2 * c - 4 * s, 1.0, 4 * c + 2 * s]]]], dtype=torch.float64)
    norm = torch.tensor([10.0, 20.0, 10.0, 20.0]).sqrt()
    assert_close(candidate.rotate(x, cos, sin), expected, scale=norm, dtype=torch.float32)


@judges("dtype")
def test_bfloat16_stays_bfloat16(candidate):
    # Half a turn is a change of sign, and exact in every dtype.
    x = torch.tensor([[[[1.5, -2.0]]]], dtype=torch.bfloat16)
    cos, sin = torch.tensor([[-1.0, -1.0]]), torch.tensor([[0.0, 0.0]])
    assert_close(candidate.rotate(x, cos, sin), -x, tolerance=0)


@judges("gradient")
def test_the_gradient_turns_back(candidate):
    # After a quarter turn y = (-x2, x1), so the gradient for x is (grad2, -grad1).
    x, grad = torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[5.0, 7.0]]]])
    cos, sin = torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 1.0]])
    assert_close(candidate.gradient(x, cos, sin, grad), torch.tensor([[[[7.0, -5.0]]]]))
