"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

# Logits of zero over two tokens: each token's gradient for its own logit is -1/2, for the other 1/2; its loss is ln 2.
ZERO = {"weight": torch.zeros(2, 1), "bias": torch.zeros(2), "bias_trains": False}
THREE = [torch.ones(3, 1), torch.tensor([0, 0, 0])]
ONE = [torch.ones(1, 1), torch.tensor([1])]


@judges("clipping")
def test_one_norm_for_all(candidate):
    # sqrt(9 + 16 + 144) = 13
    actual = candidate.clip([torch.tensor([3.0, 4.0]), None, torch.tensor([12.0])], 1.0)
    assert_close(actual["norm"], torch.tensor(13.0))
    assert_close(actual["gradients"][0], torch.tensor([3.0, 4.0]) / 13, tolerance=16)
    assert_close(actual["gradients"][2], torch.tensor([12.0]) / 13, tolerance=16)


@judges("clipping")
def test_a_small_gradient_stays(candidate):
    actual = candidate.clip([torch.tensor([0.3, 0.4])], 1.0)
    assert_close(actual["gradients"][0], torch.tensor([0.3, 0.4]), tolerance=0)


@judges("accumulation")
def test_every_token_counts_alike(candidate):
    # Three tokens say -1/2 and one says +1/2: (-3/2 + 1/2) / 4 = -1/4. The mean of both means would be 0.
    actual = candidate.train(**ZERO, micro_batches=[THREE, ONE], accumulation=2, lr=1.0, max_norm=10.0)
    assert_close(actual["weight"], torch.tensor([[0.25], [-0.25]]))
    assert actual["report"]["losses"] == pytest.approx([math.log(2)], abs=1e-6)
    assert actual["report"]["norms"] == pytest.approx([math.sqrt(2) / 4], abs=1e-6)


@judges("accumulation")
def test_clipped_once_in_true_size_and_the_rest_too(candidate):
    # The first group of two as above; its norm is 0.35 and is not clipped, although it is scaled. Then there is a rest.
    batches = [THREE, ONE, ONE]
    actual = candidate.train(**ZERO, micro_batches=batches, accumulation=2, lr=1.0, max_norm=0.5, loss_scale=64.0)
    assert len(actual["report"]["norms"]) == 2
    assert actual["report"]["norms"][0] == pytest.approx(math.sqrt(2) / 4, abs=1e-6)
