"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges

ONE = torch.ones(1, 1)


@judges("one-unit")
def test_one_unit(candidate):
    # output = 2 * tanh(x) + x. Its derivative for x is 2 * (1 - tanh(x)^2) + 1, and tanh(x) for the second weight.
    x, turn = torch.full((1, 1), 0.5), math.tanh(0.5)
    actual = candidate.step(x, ONE, ONE, 2 * ONE)
    assert_close(actual["output"], torch.full((1, 1), 2 * turn + 0.5), tolerance=16)
    assert_close(actual["gradients"]["x"], torch.full((1, 1), 2 * (1 - turn**2) + 1), tolerance=16)
    assert_close(actual["gradients"]["second"], torch.full((1, 1), turn), tolerance=16)


@judges("frozen-embeddings")
def test_the_weights_learn_where_x_does_not(candidate):
    x, turn = torch.full((1, 1), 0.5), math.tanh(0.5)
    gradients = candidate.step(x, ONE, ONE, 2 * ONE, needs_grad=False)["gradients"]
    assert gradients["x"] is None
    assert_close(gradients["second"], torch.full((1, 1), turn), tolerance=16)


@judges("forward-twice")
def test_once_forward_and_once_backward(candidate):
    assert candidate.step(ONE, ONE, ONE, ONE)["calls"] == [1, 2]


@judges("boundaries-of-llama-2-7b")
def test_half_a_gibibyte(candidate):
    # 32 layers, each its own group: 32 * 2048 * 4096 * 2 bytes.
    assert candidate.bytes_of_boundaries(32, 1, 1, 2048, 4096) == 512 * 2**20
