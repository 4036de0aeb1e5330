"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


def heads(*rows):
    """One sequence and one head: (1, 1, length, dim)."""
    return torch.tensor(rows)[None, None]


@judges("two-tiles")
def test_two_tiles_of_one_key(candidate):
    # dim 1: scores 0 and ln(3), one in each tile. Weights 1/4 and 3/4; the sum of the exponentials is 4.
    actual = candidate.forward(heads([1.0]), heads([0.0], [math.log(3)]), heads([8.0], [4.0]), block=1)
    assert_close(actual["output"], heads([5.0]), tolerance=16)
    assert_close(actual["lse"], torch.tensor([[[math.log(4)]]]), tolerance=16)


@judges("merge")
def test_a_part_of_three_keys_and_one_of_one(candidate):
    # Scores of zero: lse is the log of the number of keys.
    first = [heads([4.0, 0.0]), torch.tensor([[[math.log(3)]]])]
    second = [heads([0.0, 8.0]), torch.tensor([[[0.0]]])]
    actual = candidate.merged(first, second)
    assert_close(actual["output"], heads([3.0, 2.0]), tolerance=16)
    assert_close(actual["lse"], torch.tensor([[[math.log(4)]]]), tolerance=16)


@judges("backward")
def test_the_gradient_of_the_values(candidate):
    # All scores are zero, two keys: each value gets half of the gradient of its query.
    zero, v, grad = heads([0.0]), heads([2.0], [6.0]), heads([10.0])
    lse = torch.tensor([[[math.log(2)]]])
    actual = candidate.backward(zero, heads([0.0], [0.0]), v, heads([4.0]), lse, grad, block=1)
    assert_close(actual["v"], heads([5.0], [5.0]), tolerance=16)
    assert_close(actual["k"], heads([0.0], [0.0]), tolerance=0)
