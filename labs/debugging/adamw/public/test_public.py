"""The visible suite: steps that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

ONE = [torch.tensor([1.0])]


def last(trajectory):
    return trajectory[-1][0]


@judges("decay")
def test_without_a_gradient_signal_only_the_decay_acts(candidate):
    # 1 - 0.1 * 0.1
    actual = candidate.trajectory(ONE, [[torch.tensor([0.0])]], lr=0.1, weight_decay=0.1)
    assert_close(last(actual), torch.tensor([0.99]))


@judges("decay")
def test_the_decay_does_not_depend_on_the_gradient(candidate):
    # 1 - 0.01 - 0.1 * 0.5 / (0.5 + 1e-8)
    actual = candidate.trajectory(ONE, [[torch.tensor([0.5])]], lr=0.1, weight_decay=0.1)
    assert_close(last(actual), torch.tensor([0.89]))


@judges("adam")
def test_a_tiny_gradient_against_eps(candidate):
    # 0.1 * 1e-6 / (1e-6 + 1e-6)
    zero, gradient = [torch.tensor([0.0])], [[torch.tensor([1e-6])]]
    actual = candidate.trajectory(zero, gradient, lr=0.1, eps=1e-6, weight_decay=0.0)
    assert_close(last(actual), torch.tensor([-0.05]), tolerance=16)


@judges("adam")
def test_two_steps(candidate):
    # m = 0.1 * 2, then 0.18 - 0.1 = 0.08; v = 0.001 * 4, then 0.003996 + 0.001 = 0.004996; corrected by 0.19 and
    # 0.001999: 0.421052... / sqrt(2.499249...) = 0.266336...; the first step is lr itself.
    zero, gradients = [torch.tensor([0.0])], [[torch.tensor([2.0])], [torch.tensor([-1.0])]]
    actual = candidate.trajectory(zero, gradients, lr=0.1, weight_decay=0.0)
    step = (0.08 / 0.19) / (0.004996 / 0.001999) ** 0.5
    assert_close(last(actual), torch.tensor([-0.1 - 0.1 * step]), tolerance=16)
