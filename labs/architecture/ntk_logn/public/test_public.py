"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-alpha")
def test_alpha_of_a_model_trained_on_8192(candidate):
    # log2(8193 / 8192) + 1 is a little more than 1, rounded up 2: alpha = 2^2 - 1.
    steps = {4096: 1, 8192: 1, 8193: 3, 16384: 3, 16385: 7, 32768: 7}
    assert {length: candidate.alpha(length, 8192) for length in steps} == steps


@judges("hand-worked-frequencies")
def test_a_head_of_four_within_and_beyond(candidate):
    # base 100: 1 and 1/10. Twice the training length: alpha = 3, base' = 100 * 3^(4/2) = 900, so 1 and 1/30.
    for length, last in ((10, 1 / 10), (20, 1 / 30)):
        actual = candidate.frequencies(4, 10, length, base=100.0)
        assert_close(actual, torch.tensor([1.0, last], dtype=torch.float64), tolerance=16, dtype=torch.float32)


@judges("hand-worked-logn")
def test_factors_around_the_training_length_of_four(candidate):
    # i = 1, 4, 5 and 16: 1, 1, log 5 / log 4, and 2.
    expected = torch.tensor([1.0, 1.0, math.log(5) / math.log(4), 2.0], dtype=torch.float64)
    assert_close(candidate.logn(torch.tensor([0, 3, 4, 15]), 4), expected, tolerance=8, dtype=torch.float32)
