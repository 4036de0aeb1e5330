"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

Where neither eps nor the weight is judged, inputs are of size 10, which drowns eps, and the weight is a fresh one:
a mistake fails the property that names it and few others. Cases stand in loops: a test costs more than a call.
"""

from itertools import product

import torch

from labs.grading.suite import assert_close, judges

FLOATS = [torch.float32, torch.bfloat16, torch.float16]

# How many eps a right answer may be off. Half precision rounds two or three times at the very end; in float32
# the order in which a row is summed counts too.
TOLERANCE = {torch.float64: 16.0, torch.float32: 16.0, torch.bfloat16: 4.0, torch.float16: 4.0}


def assert_rounded(actual, expected, dtype, scale=None):
    assert_close(actual, expected, scale=scale, tolerance=TOLERANCE[dtype], dtype=dtype)


def exact(reference, x, weight=None, eps=None):
    return reference.forward(x.double(), None if weight is None else weight.double(), eps=eps)


def exact_gradients(reference, x, weight, grad, eps=None):
    return reference.gradients(x.double(), weight.double(), grad.double(), eps=eps)


def about(draw, size, *shape, dtype=torch.float32):
    """Values of either sign, a half to one and a half times `size`."""
    signs = 1 - 2 * draw.integers(0, 2, *shape)
    return (signs * draw.uniform(0.5 * size, 1.5 * size, *shape, dtype=torch.float64)).to(dtype)


def coarseness(dtype, *others):
    """The coarsest eps among the dtypes that a value passes through, in units of eps(dtype)."""
    return max(torch.finfo(d).eps for d in (dtype, *others)) / torch.finfo(dtype).eps


def input_gradient_scale(x, weight, grad, eps):
    """The size of the two terms of dx = r * u - x * r^3 * mean(u * x), where u = weight * grad."""
    x, u = x.double(), (weight.double() * grad.double()).abs()
    r = torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)
    return r * u + x.abs() * r**3 * (u * x.abs()).mean(-1, keepdim=True)


def weight_gradient_scale(x, grad, eps):
    """The size of the terms of dweight = sum over all rows of grad * x * r."""
    x = x.double()
    r = torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)
    return (grad.double() * x * r).abs().flatten(0, -2).sum(0)


@judges("values")
def test_rows_of_different_size(candidate, reference, draw):
    for dim in (8, 63, 256):
        x = about(draw, 10.0, 3, 5, dim) * draw.uniform(1.0, 10.0, 3, 5, 1)
        assert_rounded(candidate.forward(x), exact(reference, x), x.dtype)


@judges("weight")
def test_each_channel_has_its_weight(candidate, reference, draw):
    x, weight = about(draw, 10.0, 4, 7, 48), draw.normal(48)
    assert_rounded(candidate.forward(x, weight), exact(reference, x, weight), x.dtype)


@judges("eps")
def test_eps_as_large_as_the_mean_square(candidate, reference, draw):
    for eps in (1e-5, 1e-3, 1e-2):
        x = about(draw, eps**0.5, 2, 6, 64)
        assert_rounded(candidate.forward(x, eps=eps), exact(reference, x, eps=eps), x.dtype)


@judges("eps")
def test_default_eps(candidate, reference, draw):
    x = about(draw, 1e-3, 2, 6, 64)
    assert_rounded(candidate.forward(x), exact(reference, x), x.dtype)


@judges("eps")
def test_a_row_of_zeros(candidate, reference, draw):
    x = about(draw, 10.0, 3, 32)
    x[1] = 0
    assert_rounded(candidate.forward(x), exact(reference, x), x.dtype)


@judges("float32-statistics")
def test_squares_that_overflow_in_float16(candidate, reference, draw):
    x = about(draw, 300.0, 2, 8, 64, dtype=torch.float16)
    assert_rounded(candidate.forward(x), exact(reference, x), x.dtype)


@judges("float32-statistics")
def test_squares_and_eps_that_vanish_in_float16(candidate, reference, draw):
    for dtype in (torch.float16, torch.bfloat16):
        x = about(draw, 1.5e-4, 2, 8, 64, dtype=dtype)
        assert_rounded(candidate.forward(x, eps=1e-8), exact(reference, x, eps=1e-8), dtype)


# Half of a row is the first number and half the second; the third is the weight. With statistics in bfloat16 all
# roundings add up here, to 1.2 eps or more in at least one row; with wider ones, in either order, to 0.6 at most.
UNLUCKY = [
    (1.1484375, 1.03125, 1.0703125),
    (1.515625, 1.8125, 1.8359375),
    (1.2578125, 1.2890625, 1.9921875),
    (1.9765625, 1.828125, 1.125),
    (1.796875, 2.140625, 1.890625),
]


@judges("float32-statistics")
def test_rows_in_which_roundings_add_up(candidate, reference):
    for first, second, scale in UNLUCKY:
        x = torch.tensor([[first, second] * 8], dtype=torch.bfloat16)
        weight = torch.full((16,), scale, dtype=torch.bfloat16)
        actual = candidate.forward(x, weight)
        assert_close(actual, exact(reference, x, weight), tolerance=0.9, dtype=x.dtype)


@judges("result-dtype")
def test_the_result_has_the_dtype_of_x(candidate, reference, draw):
    float16, bfloat16, float32, float64 = torch.float16, torch.bfloat16, torch.float32, torch.float64
    pairs = [(float16, float32), (float16, bfloat16), (bfloat16, float32), (float32, float16), (float32, bfloat16)]
    for x_dtype, weight_dtype in [*pairs, (float64, float32)]:
        x, weight = about(draw, 10.0, 2, 9, 40, dtype=x_dtype), draw.normal(40, dtype=weight_dtype)
        actual = candidate.forward(x, weight)
        expected = exact(reference, x, weight)
        # Statistics in float32 are enough for float64 inputs too; only the dtype must be kept.
        assert_rounded(actual, expected, x_dtype, scale=expected.abs() * coarseness(x_dtype, torch.float32))


@judges("shapes")
def test_any_leading_dimensions(candidate, reference, draw):
    for shape in [(48,), (1, 48), (1, 1, 48), (7, 3), (5, 1), (1,), (3, 1, 17), (2, 3, 4, 5)]:
        x = about(draw, 10.0, *shape)
        assert_rounded(candidate.forward(x), exact(reference, x), x.dtype)


@judges("shapes")
def test_a_view_that_is_not_contiguous(candidate, reference, draw):
    x = about(draw, 10.0, 3, 24, 5)
    assert_rounded(candidate.forward_transposed(x), exact(reference, x.transpose(-1, -2)), x.dtype)


@judges("input-gradient")
def test_gradient_for_the_input(candidate, reference, draw):
    for dtype, (size, eps) in product(FLOATS, [(1.0, 1e-6), (1e-2, 1e-4)]):
        x, weight = about(draw, size, 2, 5, 48, dtype=dtype), about(draw, 1.0, 48, dtype=dtype)
        # A gradient along the output makes the share that flows through the statistic as large as it can be.
        grad = draw.uniform(0.5, 1.5, 2, 5, 48, dtype=dtype) * (x * weight).sign()
        actual = candidate.gradients(x, weight, grad, eps=eps)["x"]
        expected = exact_gradients(reference, x, weight, grad, eps)["x"]
        assert_rounded(actual, expected, dtype, scale=input_gradient_scale(x, weight, grad, eps))


@judges("input-gradient")
def test_gradient_at_a_row_of_zeros(candidate, reference, draw):
    x, weight, grad = about(draw, 1.0, 3, 32), about(draw, 1.0, 32), about(draw, 1.0, 3, 32)
    x[1] = 0
    actual = candidate.gradients(x, weight, grad, eps=1e-6)["x"]
    expected = exact_gradients(reference, x, weight, grad, 1e-6)["x"]
    assert_rounded(actual, expected, x.dtype, scale=input_gradient_scale(x, weight, grad, 1e-6))


@judges("weight-gradient")
def test_gradient_for_the_weight(candidate, reference, draw):
    mixed = [(torch.bfloat16, torch.float32), (torch.float32, torch.bfloat16)]
    for x_dtype, weight_dtype in [*zip(FLOATS, FLOATS, strict=True), *mixed]:
        x, grad = about(draw, 10.0, 2, 5, 48, dtype=x_dtype), draw.normal(2, 5, 48, dtype=x_dtype)
        weight = draw.normal(48, dtype=weight_dtype)
        actual = candidate.gradients(x, weight, grad, eps=1e-6)["weight"]
        expected = exact_gradients(reference, x, weight, grad, 1e-6)["weight"]
        # Where x is coarser than the weight, x as it was normalised has already been rounded to its dtype.
        scale = weight_gradient_scale(x, grad, 1e-6) * coarseness(weight_dtype, x_dtype)
        assert_rounded(actual, expected, weight_dtype, scale=scale)


@judges("stateless")
def test_one_module_on_several_inputs(candidate, reference, draw):
    xs = [about(draw, size, *shape, 32) for size, shape in [(10.0, (2, 3)), (50.0, (2, 3)), (20.0, (4,))]]
    actual = candidate.successive(xs)
    expected = [exact(reference, x) for x in xs]
    for mode in ("train", "eval"):
        for result, right, x in zip(actual[mode], expected, xs, strict=True):
            assert_rounded(result, right, x.dtype)


@judges("parameter")
def test_the_weight_is_the_only_parameter(candidate, draw):
    dim = draw.integer(2, 100)
    parameters = candidate.parameters(draw.normal(3, dim))
    assert set(parameters) == {"weight"}
    assert_close(parameters["weight"], torch.ones(dim), tolerance=0)


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    for dtype in FLOATS:
        x, weight = draw.normal(2, 5, 32, dtype=dtype), draw.normal(32, dtype=dtype)
        after = candidate.inputs_after_forward(x, weight)
        assert_close(after["x"], x, tolerance=0)
        assert_close(after["weight"], weight, tolerance=0)
