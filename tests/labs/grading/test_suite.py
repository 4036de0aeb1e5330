"""The words that suites are written in: comparison in units of rounding, and inputs from a seed."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.suite import Draw, Mismatch, assert_close, rounding_error

FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
INF, NAN = float("inf"), float("nan")


def accepted(actual: object, expected: torch.Tensor, **options: object) -> bool:
    try:
        assert_close(actual, expected, **options)
    except Mismatch:
        return False
    return True


def ulps_up(x: torch.Tensor, n: int) -> torch.Tensor:
    """`x` (positive) moved up by n units in the last place, by its bits."""
    bits = {8: torch.int64, 4: torch.int32, 2: torch.int16}[x.dtype.itemsize]
    return (x.view(bits) + n).view(x.dtype)


@given(st.data())
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_the_exact_value_is_accepted(dtype, data):
    values = data.draw(st.lists(st.floats(width=32) | st.sampled_from([INF, -INF, NAN, 0.0, -0.0]), max_size=5))
    x = torch.tensor(values, dtype=torch.float64).to(dtype)
    assert rounding_error(x, x) == 0.0
    assert accepted(x, x.clone(), tolerance=0.0)


@given(st.floats(1e-3, 1e3), st.integers(1, 64))
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_an_error_is_measured_in_eps_of_the_value(dtype, value, n):
    """n units in the last place are between n/2 and n eps of the value, whatever the dtype and the size."""
    expected = torch.tensor([value], dtype=torch.float64).to(dtype)
    actual = ulps_up(expected, n)
    error = rounding_error(actual, expected)
    # While counting up, the value may pass a power of two, where units double.
    assert n / 2 * 0.99 <= error <= 2 * n * 1.01
    assert accepted(actual, expected, tolerance=2.1 * n)
    assert not accepted(actual, expected, tolerance=0.49 * n)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("sign", [1, -1])
def test_one_value_that_is_off_is_enough(dtype, sign):
    expected = torch.ones(5, 7, dtype=dtype)
    actual = expected.clone()
    actual[3, 4] += sign * 6 * torch.finfo(dtype).eps
    assert not accepted(actual, expected)
    assert accepted(actual, expected, tolerance=6.0)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_the_scale_is_what_was_summed(dtype):
    eps = torch.finfo(dtype).eps
    expected = torch.zeros(2, dtype=dtype)
    actual = torch.tensor([0.0, 3 * eps], dtype=dtype)
    assert not accepted(actual, expected)
    assert accepted(actual, expected, scale=torch.ones(()))
    assert accepted(actual, expected, scale=torch.ones(2))
    assert not accepted(actual, expected, scale=torch.tensor(0.5))
    assert not accepted(actual, expected, scale=torch.tensor([1.0, 0.5]))
    assert not accepted(actual, expected, scale=torch.tensor(NAN))


def test_wide_expected_values_are_not_rounded_first():
    third = torch.tensor([1 / 3], dtype=torch.float64)
    rounded = third.to(torch.float16)
    assert 0 < rounding_error(rounded, third) <= 0.5
    assert accepted(rounded, third, dtype=torch.float16, tolerance=0.5)
    assert not accepted(rounded, third, tolerance=1e9)  # float64 was asked for


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([NAN], [1.0]),
        ([1.0], [NAN]),
        ([NAN], [INF]),
        ([INF], [NAN]),
        ([INF], [-INF]),
        ([INF], [1e38]),
        ([1e38], [INF]),
        ([NAN, 1.0], [1.0, NAN]),
        ([NAN, NAN], [NAN, 1.0]),
        ([INF, -INF], [-INF, INF]),
    ],
)
def test_no_value_is_a_wildcard(actual, expected):
    assert rounding_error(torch.tensor(actual), torch.tensor(expected)) == INF
    assert not accepted(torch.tensor(actual), torch.tensor(expected), tolerance=1e30)
    assert not accepted(torch.tensor(actual), torch.tensor(expected), tolerance=1e30, scale=torch.tensor(1e30))


def test_the_finite_values_beside_others_are_compared():
    expected = torch.tensor([NAN, INF, -INF, 1.0])
    assert accepted(expected.clone(), expected)
    assert not accepted(torch.tensor([NAN, INF, -INF, 2.0]), expected)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_below_the_smallest_normal_number_the_spacing_counts(dtype):
    """One step between subnormal numbers is one unit there, not an error without bound."""
    step = torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps
    expected = torch.tensor([8 * step], dtype=dtype)
    assert rounding_error(torch.tensor([11 * step], dtype=dtype), expected) == pytest.approx(3.0)
    assert rounding_error(torch.tensor([0.0], dtype=dtype), expected) == pytest.approx(8.0)
    assert not accepted(
        torch.ones(1, dtype=dtype), torch.zeros(1, dtype=dtype), tolerance=1e4 if dtype == torch.float16 else 1e6
    )


def test_huge_differences_stay_larger_than_any_tolerance():
    assert (
        rounding_error(torch.tensor([1.7e308], dtype=torch.float64), torch.tensor([-1.7e308], dtype=torch.float64))
        > 1e15
    )
    assert not accepted(
        torch.tensor([1e300], dtype=torch.float64), torch.zeros(1, dtype=torch.float64), tolerance=1e300
    )


@pytest.mark.parametrize("dtype", [*FLOATS, torch.int64, torch.bool], ids=str)
def test_nothing_equals_nothing_of_the_same_shape(dtype):
    empty = torch.empty(0, 3, dtype=dtype)
    assert accepted(empty, empty)
    assert not accepted(torch.empty(3, 0, dtype=dtype), empty)
    assert not accepted(torch.empty(0, dtype=dtype), empty)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.int8, torch.uint8, torch.bool], ids=str)
def test_integers_and_booleans_are_equal_or_wrong(dtype):
    expected = torch.tensor([0, 1, 1], dtype=dtype)
    assert accepted(expected.clone(), expected, tolerance=0.0)
    assert not accepted(torch.tensor([0, 1, 0], dtype=dtype), expected, tolerance=1e9)


def test_large_integers_are_not_compared_as_floats():
    assert not accepted(torch.tensor([2**62 + 1]), torch.tensor([2**62]), tolerance=1e9)


@pytest.mark.parametrize(
    "actual",
    [
        torch.ones(3, dtype=torch.float64),
        torch.ones(3, dtype=torch.int64),
        torch.ones(1, 3),
        torch.ones(()),
        torch.ones(4),
        torch.nn.Parameter(torch.ones(3)),
        [1.0, 1.0, 1.0],
        1.0,
        None,
        torch.ones(3).numpy(),
    ],
    ids=str,
)
def test_type_dtype_and_shape_come_first(actual):
    assert not accepted(actual, torch.ones(3), tolerance=INF)


def test_a_mismatch_says_no_values():
    with pytest.raises(Mismatch) as caught:
        assert_close(torch.tensor([12345.0]), torch.tensor([54321.0]))
    assert "12345" not in str(caught.value)
    assert "54321" not in str(caught.value)


# -- draws --------------------------------------------------------------------------------------------------


def everything(draw: Draw) -> list[float]:
    return [
        *draw.normal(3).tolist(),
        *draw.uniform(-1, 1, 3).tolist(),
        *draw.integers(0, 10**9, 3).tolist(),
        draw.integer(0, 10**9),
        draw.choice(range(10**9)),
    ]


@given(st.text(), st.text())
def test_a_seed_and_a_test_say_the_inputs(seed, test):
    seed, test = (s.encode(errors="ignore").decode() for s in (seed, test))
    assert everything(Draw(seed, test)) == everything(Draw(seed, test))
    others = [Draw(seed + "x", test), Draw(seed, test + "x")]
    assert all(everything(other) != everything(Draw(seed, test)) for other in others)


def test_no_global_seed_moves_or_is_moved_by_a_draw():
    torch.manual_seed(0)
    first, state = everything(Draw("s", "t")), torch.get_rng_state()
    torch.manual_seed(1)
    assert everything(Draw("s", "t")) == first
    torch.manual_seed(0)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_every_dtype_draws_the_same_values_rounded_once(dtype):
    wide = Draw("s", "t").normal(100, dtype=torch.float64)
    assert torch.equal(Draw("s", "t").normal(100, dtype=dtype), wide.to(dtype))


@given(st.integers(-100, 100), st.integers(1, 50))
def test_draws_lie_within_their_bounds(low, width):
    draw = Draw("s", f"{low} {width}")
    u, i = draw.uniform(low, low + width, 50, dtype=torch.float64), draw.integers(low, low + width, 50)
    assert low <= u.min()
    assert u.max() < low + width
    assert low <= i.min()
    assert i.max() < low + width
    assert i.dtype == torch.int64
    assert low <= draw.integer(low, low + width) < low + width
    assert draw.choice([low, width]) in (low, width)


def test_normal_values_are_standard_normal():
    x = Draw("s", "t").normal(20_000, dtype=torch.float64)
    assert abs(x.mean()) < 5 / math.sqrt(20_000)
    assert abs(x.var() - 1) < 0.05
