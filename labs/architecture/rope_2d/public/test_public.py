"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-positions")
def test_a_mask_and_a_gmask_at_the_end_of_the_context(candidate):
    ids = torch.tensor([[11, 12, 13, 14, 2, 9, 15, 16], [11, 12, 13, 14, 3, 9, 15, 16]])
    second = [0, 0, 0, 0, 0, 1, 2, 3]
    expected = torch.tensor([[[0, 1, 2, 3, 4, 4, 4, 4], second], [[0, 1, 2, 3, 4, 5, 6, 7], second]])
    assert_close(candidate.position_ids(ids, 9, [4, 4], [False, True]), expected)


@judges("hand-worked-rotation")
def test_each_pair_by_its_row(candidate):
    # Each half has one pair, at frequency 1: the angles are the positions themselves, 2 and 1.
    q = torch.tensor([[[[1.0, 0.0, 0.0, 1.0]]]])
    positions = torch.tensor([[[2], [1]]])
    angles = torch.tensor([2.0, 1.0], dtype=torch.float64)
    (c2, c1), (s2, s1) = angles.cos(), angles.sin()
    expected = torch.stack([c2, s2, -s1, c1]).reshape(1, 1, 1, 4)
    actual = candidate.rotate(q, 2 * q, positions)
    scale = torch.tensor(3.0)
    assert_close(actual["q"], expected, scale=scale, tolerance=16, dtype=torch.float32)
    assert_close(actual["k"], 2 * expected, scale=2 * scale, tolerance=16, dtype=torch.float32)
