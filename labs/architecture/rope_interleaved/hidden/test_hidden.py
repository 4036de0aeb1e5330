"""The hidden suite. Expected values are the reference's, made in float64, so that only the answer's rounding is judged.

Permutations must be exact. The inverse of P is P itself for head_dim 2 and 4, so larger ones are drawn.
"""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

FLOATS = [torch.float32, torch.bfloat16, torch.float16]

# In eps of the dtype of x times the norm of the pair. An answer may round cos and sin, both products and their sum.
TOLERANCE = 4.0


def draw_tables(draw, *shape):
    """Tables whose angles are uniform on the circle."""
    angles = draw.uniform(-math.pi, math.pi, *shape, dtype=torch.float64)
    return angles.cos().float(), angles.sin().float()


def exact(reference, x, cos, sin):
    return reference.rotate(x.double(), cos.double(), sin.double())


def assert_rotated(actual, expected, x, coarseness=1.0):
    norm = torch.hypot(x.double()[..., 0::2], x.double()[..., 1::2]).repeat_interleave(2, dim=-1)
    assert_close(actual, expected, scale=norm * coarseness, tolerance=TOLERANCE, dtype=x.dtype)


@judges("rotation")
@pytest.mark.parametrize("head_dim", [4, 10, 64])
def test_each_pair_of_neighbours_turns_by_its_angle(candidate, reference, draw, head_dim):
    x, (cos, sin) = draw.normal(2, 3, 7, head_dim), draw_tables(draw, 7, head_dim // 2)
    assert_rotated(candidate.rotate(x, cos, sin), exact(reference, x, cos, sin), x)


@judges("batched-tables")
def test_each_row_of_the_batch_has_its_table(candidate, reference, draw):
    # As many rows as heads and positions, so that a table that is broadcast along the wrong one does not raise.
    x, (cos, sin) = draw.normal(4, 4, 4, 16), draw_tables(draw, 4, 4, 8)
    assert_rotated(candidate.rotate(x, cos, sin), exact(reference, x, cos, sin), x)


@judges("result-dtype")
@pytest.mark.parametrize("dtype", [*FLOATS, torch.float64])
def test_the_result_has_the_dtype_of_x(candidate, reference, draw, dtype):
    x, (cos, sin) = draw.normal(2, 4, 9, 32, dtype=dtype), draw_tables(draw, 9, 16)
    actual, expected = candidate.rotate(x, cos, sin), exact(reference, x, cos, sin)
    # The tables are float32, so float32 is enough for float64 inputs too; only the dtype must be kept.
    coarseness = max(1.0, torch.finfo(torch.float32).eps / torch.finfo(dtype).eps)
    assert_rotated(actual, expected, x, coarseness)


@judges("shapes")
@pytest.mark.parametrize("shape", [(1, 1, 1, 2), (3, 1, 7, 10), (4, 4, 4, 4), (1, 5, 1, 6)])
def test_sizes_of_one_odd_sizes_and_equal_sizes(candidate, reference, draw, shape):
    x, (cos, sin) = draw.normal(*shape), draw_tables(draw, shape[2], shape[3] // 2)
    assert_rotated(candidate.rotate(x, cos, sin), exact(reference, x, cos, sin), x)


@judges("shapes")
def test_a_view_that_is_not_contiguous(candidate, reference, draw):
    x, (cos, sin) = draw.normal(2, 5, 3, 16), draw_tables(draw, 2, 5, 8)
    actual, seen = candidate.rotate_transposed(x, cos, sin), x.transpose(1, 2)
    assert_rotated(actual, exact(reference, seen, cos, sin), seen)


@judges("input-gradient")
@pytest.mark.parametrize("dtype", FLOATS)
def test_gradient_for_the_input(candidate, reference, draw, dtype):
    x, grad = draw.normal(2, 3, 7, 32, dtype=dtype), draw.normal(2, 3, 7, 32, dtype=dtype)
    cos, sin = draw_tables(draw, 7, 16)
    actual = candidate.gradient(x, cos, sin, grad)
    expected = reference.gradient(x.double(), cos.double(), sin.double(), grad.double())
    assert_rotated(actual, expected, grad)


@judges("to-half")
@pytest.mark.parametrize(
    ("shape", "dtype"), [((3, 8), torch.float32), ((2, 1, 5, 10), torch.bfloat16), ((6,), torch.float16)]
)
def test_even_dimensions_then_odd_ones(candidate, reference, draw, shape, dtype):
    x = draw.normal(*shape, dtype=dtype)
    assert_close(candidate.to_half(x), reference.to_half(x), tolerance=0)


@judges("to-interleaved")
@pytest.mark.parametrize(
    ("shape", "dtype"), [((3, 8), torch.float32), ((2, 1, 5, 10), torch.bfloat16), ((6,), torch.float16)]
)
def test_the_way_back(candidate, reference, draw, shape, dtype):
    x = draw.normal(*shape, dtype=dtype)
    assert_close(candidate.to_interleaved(x), reference.to_interleaved(x), tolerance=0)


@judges("projection")
@pytest.mark.parametrize(
    ("heads", "head_dim", "size_in", "dtype"),
    [(3, 8, 24, torch.float32), (1, 10, 7, torch.float32), (2, 6, 40, torch.bfloat16), (5, 6, 1, torch.float16)],
)
def test_rows_of_each_head(candidate, reference, draw, heads, head_dim, size_in, dtype):
    weight = draw.normal(heads * head_dim, size_in, dtype=dtype)
    assert_close(candidate.projection(weight, head_dim), reference.projection(weight, head_dim), tolerance=0)


@judges("projection-bias")
@pytest.mark.parametrize(("heads", "head_dim"), [(3, 8), (1, 6)])
def test_a_bias_has_rows_too(candidate, reference, draw, heads, head_dim):
    bias = draw.normal(heads * head_dim)
    assert_close(candidate.projection(bias, head_dim), reference.projection(bias, head_dim), tolerance=0)


@judges("unchanged-input")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_inputs_are_left_as_they_were(candidate, draw, dtype):
    cos, sin = draw_tables(draw, 5, 4)
    inputs = {"x": draw.normal(2, 3, 5, 8, dtype=dtype), "cos": cos, "sin": sin}
    inputs["weight"] = draw.normal(16, 5, dtype=dtype)
    after = candidate.inputs_afterwards(**inputs)
    for name, before in inputs.items():
        assert_close(after[name], before, tolerance=0)
