"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-cache")
def test_positions_zero_and_three_of_a_head_of_eight(candidate):
    # base 100 and four dimensions that turn: frequencies 1 and 100^(-1/2) = 0.1, angles 3 and 0.3 at position 3.
    angles = torch.tensor([[0.0, 0.0], [3.0, 0.3]], dtype=torch.float64)
    expected = torch.stack((angles.cos(), angles.sin()), dim=-1)
    actual = candidate.cache(8, torch.tensor([0, 3]), base=100.0)
    assert_close(actual, expected, scale=1 + angles.unsqueeze(-1), tolerance=16, dtype=torch.float32)


@judges("hand-worked-rotation")
def test_a_quarter_turn_of_two_dimensions(candidate):
    x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]])
    expected = torch.tensor([[[[-2.0, 1.0, 3.0, 4.0]]]])
    assert_close(candidate.rotate(x, torch.tensor([[[0.0, 1.0]]])), expected)


@judges("hand-worked-step")
def test_one_token_at_position_two(candidate):
    # A head of four has one pair, at frequency 1: (1, 0) becomes (cos 2, sin 2).
    q = torch.tensor([[[[1.0, 0.0, 5.0, 6.0]]]])
    c, s = math.cos(2), math.sin(2)
    actual = candidate.query_key(q, 2 * q, 2)
    expected = torch.tensor([[[[c, s, 5.0, 6.0]]]], dtype=torch.float64)
    assert_close(actual["q"], expected, scale=torch.tensor(3.0), tolerance=16, dtype=torch.float32)
    assert_close(actual["k"], 2 * expected, scale=torch.tensor(6.0), tolerance=16, dtype=torch.float32)
