"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges

# Two blocks of one feature: x + tanh(0 x) = x, and x + tanh(x).
WEIGHTS = torch.tensor([[[0.0]], [[1.0]]])
X, GRAD = torch.tensor([[0.5]]), torch.tensor([[2.0]])
OUTPUT = torch.tensor([[0.5 + math.tanh(0.5)]])
GRAD_X = torch.tensor([[2.0 * (2.0 - math.tanh(0.5) ** 2)]])


@judges("ranges")
def test_ranges_by_capacity(candidate):
    assert candidate.assign_blocks([2, 0, 3, 4], 6) == [[0, 2], [2, 2], [2, 5], [5, 6]]
    assert candidate.assign_blocks([2, 3], 6) is None


@judges("chain")
def test_two_servers(candidate):
    actual = candidate.run(X, GRAD, WEIGHTS, [[0, 1], [1, 2]], [-1, -1])
    assert_close(actual["output"], OUTPUT)
    assert_close(actual["grad"], GRAD_X, tolerance=16)


@judges("chain")
def test_the_first_of_two_replicas_is_down(candidate):
    actual = candidate.run(X, GRAD, WEIGHTS, [[0, 2], [0, 2]], [0, -1])
    assert_close(actual["output"], OUTPUT)
    assert_close(actual["grad"], GRAD_X, tolerance=16)


@judges("loss")
def test_the_loss_of_the_next_token(candidate):
    # The first position says 3 : 1 for token 0, and token 0 comes next; what the last says does not count.
    logits = torch.tensor([[[math.log(3.0), 0.0], [0.0, 5.0]]])
    assert_close(candidate.loss(logits, torch.tensor([[1, 0]]))["value"], torch.tensor(math.log(4 / 3)), tolerance=16)
