"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-values")
def test_one_to_four(candidate):
    # mean(1, 4, 9, 16) = 7.5, so every value is divided by 2.7386 and then multiplied by its own weight.
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    rms = math.sqrt(7.5 + 1e-6)
    assert_close(candidate.forward(x), x.double() / rms, dtype=torch.float32)

    weight = torch.tensor([1.0, -1.0, 0.5, 2.0])
    assert_close(candidate.forward(x, weight), weight.double() * x.double() / rms, dtype=torch.float32)


@judges("hand-worked-values")
def test_each_row_has_its_own_statistic(candidate):
    # The second row is ten times the first, so both have the same direction and the same result.
    x = torch.tensor([[3.0, 4.0], [30.0, 40.0]])
    expected = torch.tensor([[3.0, 4.0], [3.0, 4.0]], dtype=torch.float64) / math.sqrt(12.5)
    assert_close(candidate.forward(x, eps=1e-12), expected, dtype=torch.float32)


@judges("eps-in-the-root")
def test_where_the_input_is_as_small_as_the_root_of_eps(candidate):
    # x^2 = eps, so y = x / sqrt(2 eps) = 0.7071. With eps outside the root it would be almost 1.
    x = torch.full((4,), 2.0**-10)
    expected = torch.full((4,), math.sqrt(0.5), dtype=torch.float64)
    assert_close(candidate.forward(x, eps=2.0**-20), expected, dtype=torch.float32)


@judges("half-precision")
def test_squares_beyond_the_range_of_float16(candidate):
    # 300^2 = 90000, and float16 ends at 65504.
    x = torch.tensor([300.0, -300.0, 300.0, -300.0], dtype=torch.float16)
    expected = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float16)
    assert_close(candidate.forward(x), expected)


@judges("gradient")
def test_the_statistic_depends_on_the_input(candidate):
    # With x = (1, 1) the input's gradient is grad - x * mean(grad * x): (2, 0) - (1, 1) = (1, -1).
    # The weight's is grad * x = (2, 0). eps is too small to matter.
    x, weight, grad = torch.ones(2), torch.ones(2), torch.tensor([2.0, 0.0])
    actual = candidate.gradients(x, weight, grad, eps=1e-12)
    assert_close(actual["x"], torch.tensor([1.0, -1.0]), scale=torch.tensor([3.0, 1.0]))
    assert_close(actual["weight"], torch.tensor([2.0, 0.0]))
