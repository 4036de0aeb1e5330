"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-rotation")
def test_a_quarter_turn_and_a_turn_by_30_degrees(candidate):
    # The pairs of (1, 2, 3, 4) are (1, 2) and (3, 4). The first turns by 90 degrees: (-2, 1). The second turns by
    # 30 degrees: (3 cos 30 - 4 sin 30, 4 cos 30 + 3 sin 30) = (0.598, 4.964).
    c, s = math.sqrt(0.75), 0.5
    x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]])
    cos, sin = torch.tensor([[0.0, c]]), torch.tensor([[1.0, s]])
    expected = torch.tensor([[[[-2.0, 1.0, 3 * c - 4 * s, 4 * c + 3 * s]]]], dtype=torch.float64)
    norm = torch.tensor([5.0, 5.0, 25.0, 25.0]).sqrt()
    assert_close(candidate.rotate(x, cos, sin), expected, scale=norm, dtype=torch.float32)


@judges("hand-worked-permutation")
def test_six_dimensions_there_and_back(candidate):
    interleaved = torch.tensor([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]])
    half = torch.tensor([[0.0, 2.0, 4.0, 1.0, 3.0, 5.0]])
    assert_close(candidate.to_half(interleaved), half, tolerance=0)
    assert_close(candidate.to_interleaved(half), interleaved, tolerance=0)


@judges("hand-worked-weight")
def test_two_heads_of_four_rows(candidate):
    # Row r holds (r, 10 r). Each head of four rows is reordered to (0, 2, 1, 3) within itself.
    weight = torch.arange(8.0).unsqueeze(-1) * torch.tensor([1.0, 10.0])
    expected = weight[[0, 2, 1, 3, 4, 6, 5, 7]]
    assert_close(candidate.projection(weight, 4), expected, tolerance=0)
