"""The hidden suite. Expected values are the reference's, made in float64, so that only the answer's rounding is judged.

A rotation gets a cache of ours, with angles all round the circle: a mistake in the answer's cache does not show there.
"""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

FLOATS = [torch.float32, torch.bfloat16, torch.float16]

# In eps of float32 times (1 + angle). The rounding of an exponent, times ln(base), is the error of a frequency.
CACHE_TOLERANCE = 16.0

# In eps of the dtype of x times the norm of the pair. An answer may round cos and sin, both products and their sum.
ROTATION_TOLERANCE = 4.0


def exact_angles(head_dim, positions, base=10000.0):
    rotary_dim = head_dim // 2
    return positions.double().unsqueeze(-1) * base ** -(torch.arange(0, rotary_dim, 2).double() / rotary_dim)


def assert_cache(actual, expected, head_dim, positions, base=10000.0):
    scale = 1 + exact_angles(head_dim, positions, base).unsqueeze(-1)
    assert_close(actual, expected, scale=scale, tolerance=CACHE_TOLERANCE)


def draw_cache(draw, *shape):
    """A cache (*shape, 2) whose angles are uniform on the circle."""
    angles = draw.uniform(-math.pi, math.pi, *shape, dtype=torch.float64)
    return torch.stack((angles.cos(), angles.sin()), dim=-1).float()


def sizes(x):
    """The norm of each pair that turns; for dimensions that do not, zero: there nothing may be off."""
    turning = x.double()[..., : x.shape[-1] // 2]
    norm = torch.hypot(turning[..., 0::2], turning[..., 1::2]).repeat_interleave(2, dim=-1)
    return torch.cat((norm, torch.zeros_like(norm)), dim=-1)


def assert_rotated(actual, expected, x, columns=slice(None)):
    assert isinstance(actual, torch.Tensor)
    actual, expected, scale = (t[..., columns] for t in (actual, expected, sizes(x)))
    assert_close(actual, expected, scale=scale, tolerance=ROTATION_TOLERANCE, dtype=x.dtype)


def exact(reference, x, cache):
    return reference.rotate(x.double(), cache.double())


@judges("frequencies")
@pytest.mark.parametrize("head_dim", [4, 12, 128])
def test_each_pair_has_its_frequency(candidate, reference, head_dim):
    positions = torch.arange(23)
    assert_cache(candidate.cache(head_dim, positions), reference.cache(head_dim, positions), head_dim, positions)


@judges("positions")
@pytest.mark.parametrize(("low", "high", "shape"), [(3, 2000, (3, 5)), (100_000, 131_072, (9,)), (5, 99_999, (1,))])
def test_any_positions_in_any_order(candidate, reference, draw, low, high, shape):
    positions = draw.integers(low, high, *shape)
    assert_cache(candidate.cache(32, positions), reference.cache(32, positions), 32, positions)


@judges("base")
def test_the_base_that_is_given(candidate, reference, draw):
    positions, base = torch.arange(20), draw.uniform(100.0, 500.0, 1).item()
    actual, expected = candidate.cache(32, positions, base=base), reference.cache(32, positions, base=base)
    assert_cache(actual, expected, 32, positions, base)


@judges("rotation")
@pytest.mark.parametrize("head_dim", [8, 20])
def test_neighbours_in_the_first_half_turn(candidate, reference, draw, head_dim):
    x, cache = draw.normal(2, 3, 7, head_dim), draw_cache(draw, 7, head_dim // 4)
    assert_rotated(candidate.rotate(x, cache), exact(reference, x, cache), x, slice(head_dim // 2))


@judges("pass-through")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_the_second_half_passes_through(candidate, draw, dtype):
    x, cache = draw.normal(2, 3, 7, 16, dtype=dtype), draw_cache(draw, 7, 4)
    actual = candidate.rotate(x, cache)
    assert isinstance(actual, torch.Tensor)
    # The dtype of the whole is judged elsewhere.
    assert_close(actual[..., 8:].double(), x[..., 8:].double(), tolerance=0)


@judges("batched-cache")
def test_each_row_of_the_batch_has_its_cache(candidate, reference, draw):
    # As many rows as heads and positions, so that a cache that is broadcast along the wrong one does not raise.
    x, cache = draw.normal(4, 4, 4, 16), draw_cache(draw, 4, 4, 4)
    assert_rotated(candidate.rotate(x, cache), exact(reference, x, cache), x)


@judges("result-dtype")
@pytest.mark.parametrize("dtype", FLOATS)
def test_the_result_has_the_dtype_of_x(candidate, reference, draw, dtype):
    x, cache = draw.normal(2, 4, 9, 32, dtype=dtype), draw_cache(draw, 9, 8)
    assert_rotated(candidate.rotate(x, cache), exact(reference, x, cache), x)


@judges("shapes")
@pytest.mark.parametrize("shape", [(1, 1, 1, 4), (3, 1, 7, 12), (4, 4, 4, 16)])
def test_sizes_of_one_odd_sizes_and_equal_sizes(candidate, reference, draw, shape):
    x, cache = draw.normal(*shape), draw_cache(draw, shape[2], shape[3] // 4)
    assert_rotated(candidate.rotate(x, cache), exact(reference, x, cache), x)


@judges("shapes")
def test_a_view_that_is_not_contiguous(candidate, reference, draw):
    x, cache = draw.normal(2, 5, 3, 16), draw_cache(draw, 2, 5, 4)
    actual, seen = candidate.rotate_transposed(x, cache), x.transpose(1, 2)
    assert_rotated(actual, exact(reference, seen, cache), seen)


@judges("input-gradient")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_gradient_for_the_input(candidate, reference, draw, dtype):
    x, grad = draw.normal(2, 3, 7, 32, dtype=dtype), draw.normal(2, 3, 7, 32, dtype=dtype)
    cache = draw_cache(draw, 7, 8)
    actual = candidate.gradient(x, cache, grad)
    assert_rotated(actual, reference.gradient(x.double(), cache.double(), grad.double()), grad)


def check_chunk(candidate, reference, draw, q_heads, k_heads, seq, start, base=None):
    q, k = draw.normal(2, q_heads, seq, 16), draw.normal(2, k_heads, seq, 16)
    actual = candidate.query_key(q, k, start, base=base)
    expected = reference.query_key(q.double(), k.double(), start, base=base)
    angles = exact_angles(16, start + torch.arange(seq), base or 10000.0).repeat_interleave(2, dim=-1)
    scale = torch.cat((1 + angles, angles), dim=-1)  # what does not turn has size zero in `sizes`
    for name, x in (("q", q), ("k", k)):
        tolerance = {"scale": sizes(x) * scale, "tolerance": CACHE_TOLERANCE, "dtype": torch.float32}
        assert_close(actual[name], expected[name], **tolerance)


@judges("start")
@pytest.mark.parametrize("seq", [1, 6])
def test_a_chunk_that_continues_a_sequence(candidate, reference, draw, seq):
    check_chunk(candidate, reference, draw, 3, 3, seq, draw.integer(2, 3000))


@judges("query-and-key")
@pytest.mark.parametrize(("q_heads", "k_heads"), [(6, 2), (3, 1)])
def test_fewer_key_heads(candidate, reference, draw, q_heads, k_heads):
    check_chunk(candidate, reference, draw, q_heads, k_heads, 5, 0, base=draw.uniform(100.0, 900.0, 1).item())


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    inputs = {"positions": draw.integers(0, 100, 5), "x": draw.normal(2, 3, 5, 16)}
    inputs["cache"] = draw_cache(draw, 5, 4)
    after = candidate.inputs_afterwards(**inputs)
    for name, before in inputs.items():
        assert_close(after[name], before, tolerance=0)
