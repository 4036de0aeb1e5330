"""The hidden suite. Expected values are the reference's, made in float64, so that only the answer's rounding is judged.

A rotation gets tables of ours, with angles all round the circle: a mistake in the answer's tables does not show there.
"""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

FLOATS = [torch.float32, torch.bfloat16, torch.float16]

# In eps of float32 times (1 + angle). The rounding of an exponent, times ln(base), is the error of a frequency and
# so of its angle: in float32 right answers are a few eps off. Angles in half precision are off by thousands.
TABLE_TOLERANCE = 16.0

# In eps of the dtype of x times the norm of the pair. An answer may round cos and sin, both products and their sum.
ROTATION_TOLERANCE = 4.0


def assert_tables(actual, expected, head_dim, positions, base=10000.0, columns=slice(None)):
    """Hold both tables, or some of their columns, to the reference's."""
    frequencies = base ** -(torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    scale = 1 + positions.double().unsqueeze(-1) * torch.cat((frequencies, frequencies))
    for name in ("cos", "sin"):
        table, right = actual[name], expected[name]
        assert isinstance(table, torch.Tensor)
        assert_close(table[..., columns], right[..., columns], scale=scale[..., columns], tolerance=TABLE_TOLERANCE)


def draw_tables(draw, *shape, head_dim):
    """Tables of shape (*shape, head_dim) whose angles are uniform on the circle."""
    angles = draw.uniform(-math.pi, math.pi, *shape, head_dim // 2, dtype=torch.float64)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos().float(), angles.sin().float()


def pair_norm(x):
    """The Euclidean norm of each pair of x (..., d), in the shape of x: what the sums of a rotation are made of."""
    first, second = x.double().chunk(2, dim=-1)
    norm = torch.hypot(first, second)
    return torch.cat((norm, norm), dim=-1)


def exact(reference, x, cos, sin):
    return reference.rotate(x.double(), cos.double(), sin.double())


def assert_rotated(actual, expected, x, coarseness=1.0):
    scale = pair_norm(x) * coarseness
    assert_close(actual, expected, scale=scale, tolerance=ROTATION_TOLERANCE, dtype=x.dtype)


@judges("frequencies")
@pytest.mark.parametrize("head_dim", [4, 10, 64, 80, 128])
def test_each_pair_has_its_frequency(candidate, reference, head_dim):
    positions = torch.arange(67)
    actual = candidate.tables(head_dim, positions, base=10000.0)
    expected = reference.tables(head_dim, positions, base=10000.0)
    assert_tables(actual, expected, head_dim, positions, columns=slice(head_dim // 2))


@judges("table-layout")
@pytest.mark.parametrize("head_dim", [2, 6, 64])
def test_the_second_half_repeats_the_first(candidate, reference, head_dim):
    positions = torch.arange(9)
    actual, expected = candidate.tables(head_dim, positions), reference.tables(head_dim, positions)
    assert_tables(actual, expected, head_dim, positions)


@judges("base")
@pytest.mark.parametrize("base", [100.0, 500000.0, 1e6, None])
def test_the_base_that_is_given_or_the_default(candidate, reference, base):
    positions = torch.arange(50)
    actual, expected = candidate.tables(64, positions, base=base), reference.tables(64, positions, base=base)
    assert_tables(actual, expected, 64, positions, base=base or 10000.0)


@judges("positions")
@pytest.mark.parametrize(
    ("low", "high", "shape"), [(0, 50, (7,)), (3, 2000, (3, 5)), (100_000, 131_072, (2, 9)), (5, 99_999, (1,))]
)
def test_any_positions_in_any_order(candidate, reference, draw, low, high, shape):
    positions = draw.integers(low, high, *shape)
    actual, expected = candidate.tables(64, positions), reference.tables(64, positions)
    assert_tables(actual, expected, 64, positions)


@judges("positions")
def test_a_chunk_that_continues_a_sequence(candidate, reference, draw):
    positions = draw.integer(1000, 5000) + torch.arange(12)
    actual, expected = candidate.tables(32, positions), reference.tables(32, positions)
    assert_tables(actual, expected, 32, positions)


@judges("float32-tables")
@pytest.mark.parametrize(("head_dim", "base"), [(64, 10000.0), (96, 500000.0), (128, 1e6)])
def test_angles_keep_their_precision_far_out(candidate, reference, draw, head_dim, base):
    positions = 100_000 + draw.integers(0, 1000, 11)
    actual = candidate.tables(head_dim, positions, base=base)
    expected = reference.tables(head_dim, positions, base=base)
    assert_tables(actual, expected, head_dim, positions, base=base)


@judges("rotation")
@pytest.mark.parametrize("head_dim", [4, 64, 80])
def test_each_pair_turns_by_its_angle(candidate, reference, draw, head_dim):
    x = draw.normal(2, 3, 7, head_dim)
    cos, sin = draw_tables(draw, 7, head_dim=head_dim)
    assert_rotated(candidate.rotate(x, cos, sin), exact(reference, x, cos, sin), x)


@judges("batched-tables")
@pytest.mark.parametrize("size", [3, 4])
def test_each_row_of_the_batch_has_its_table(candidate, reference, draw, size):
    # As many rows as heads and positions, so that a table that is broadcast along the wrong one does not raise.
    x = draw.normal(size, size, size, 16)
    cos, sin = draw_tables(draw, size, size, head_dim=16)
    assert_rotated(candidate.rotate(x, cos, sin), exact(reference, x, cos, sin), x)


@judges("result-dtype")
@pytest.mark.parametrize("dtype", [*FLOATS, torch.float64])
@pytest.mark.parametrize("table_shape", [(9,), (2, 9)])
def test_the_result_has_the_dtype_of_x(candidate, reference, draw, dtype, table_shape):
    x = draw.normal(2, 4, 9, 32, dtype=dtype)
    cos, sin = draw_tables(draw, *table_shape, head_dim=32)
    actual, expected = candidate.rotate(x, cos, sin), exact(reference, x, cos, sin)
    # The tables are float32, so float32 is enough for float64 inputs too; only the dtype must be kept.
    coarseness = max(1.0, torch.finfo(torch.float32).eps / torch.finfo(dtype).eps)
    assert_rotated(actual, expected, x, coarseness)


@judges("shapes")
@pytest.mark.parametrize(
    "shape", [(1, 1, 1, 2), (1, 5, 1, 64), (3, 1, 7, 10), (5, 7, 3, 6), (4, 4, 4, 4), (2, 6, 6, 16), (1, 3, 130, 8)]
)
def test_sizes_of_one_odd_sizes_and_equal_sizes(candidate, reference, draw, shape):
    x = draw.normal(*shape)
    cos, sin = draw_tables(draw, shape[2], head_dim=shape[3])
    assert_rotated(candidate.rotate(x, cos, sin), exact(reference, x, cos, sin), x)


@judges("shapes")
@pytest.mark.parametrize("table_shape", [(5,), (2, 5)])
def test_a_view_that_is_not_contiguous(candidate, reference, draw, table_shape):
    x = draw.normal(2, 5, 3, 16)
    cos, sin = draw_tables(draw, *table_shape, head_dim=16)
    actual, seen = candidate.rotate_transposed(x, cos, sin), x.transpose(1, 2)
    assert_rotated(actual, exact(reference, seen, cos, sin), seen)


@judges("input-gradient")
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("table_shape", [(7,), (2, 7)])
def test_gradient_for_the_input(candidate, reference, draw, dtype, table_shape):
    x, grad = draw.normal(2, 3, 7, 32, dtype=dtype), draw.normal(2, 3, 7, 32, dtype=dtype)
    cos, sin = draw_tables(draw, *table_shape, head_dim=32)
    actual = candidate.gradient(x, cos, sin, grad)
    expected = reference.gradient(x.double(), cos.double(), sin.double(), grad.double())
    assert_rotated(actual, expected, grad)


@judges("stateless")
def test_tables_for_one_request_after_another(candidate, reference, draw):
    first, second = draw.integers(0, 500, 6), draw.integers(500, 1000, 6)
    requests = [
        {"head_dim": head_dim, "positions": positions, "base": base}
        for head_dim, positions, base in [
            (16, first, 10000.0),
            (16, second, 10000.0),
            (16, first, 500.0),
            (32, first, 500.0),
            (16, first, 10000.0),
        ]
    ]
    actual, expected = candidate.successive_tables(requests), reference.successive_tables(requests)
    for tables, right, request in zip(actual, expected, requests, strict=True):
        assert_tables(tables, right, request["head_dim"], request["positions"], request["base"])


@judges("stateless")
def test_rotations_one_after_another(candidate, reference, draw):
    requests = []
    for _ in range(3):
        cos, sin = draw_tables(draw, 5, head_dim=16)
        requests.append({"x": draw.normal(2, 3, 5, 16), "cos": cos, "sin": sin})
    actual = candidate.successive_rotations(requests)
    for rotated, request in zip(actual, requests, strict=True):
        assert_rotated(rotated, exact(reference, **request), request["x"])


@judges("unchanged-input")
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("batch_shape", [(), (2,)])
def test_inputs_are_left_as_they_were(candidate, draw, dtype, batch_shape):
    x, positions = draw.normal(2, 3, 5, 16, dtype=dtype), draw.integers(0, 100, *batch_shape, 5)
    cos, sin = draw_tables(draw, *batch_shape, 5, head_dim=16)
    after = candidate.inputs_after_both(positions, x, cos, sin)
    for name, before in {"positions": positions, "x": x, "cos": cos, "sin": sin}.items():
        assert_close(after[name], before, tolerance=0)
