"""The hidden suite. Rates are Python floats and compared in float64, to 1e-9 of the peak."""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges

TOLERANCE = 1e-9 / torch.finfo(torch.float64).eps


def assert_rates(actual, expected, size):
    if type(actual) is not list or not all(type(value) in (int, float) for value in actual):
        raise Mismatch("no list of numbers")
    values, right = (torch.tensor([float(v) for v in rates], dtype=torch.float64) for rates in (actual, expected))
    assert_close(values, right, scale=torch.tensor(size, dtype=torch.float64), tolerance=TOLERANCE)


def a_run(draw, **more):
    """A schedule with a floor; warmup takes 20 to 60 of 150 to 300 steps."""
    peak = float(draw.uniform(1e-4, 1e-2))
    run = {"peak": peak, "warmup": draw.integer(20, 60), "total": draw.integer(150, 300), "floor": 0.15 * peak}
    return run | more


def assert_cosine(candidate, reference, run, steps):
    steps = list(steps)
    assert_rates(candidate.cosine(steps, **run), reference.cosine(steps, **run), run["peak"])


def assert_deepspeed(candidate, reference, steps, **given):
    steps = list(steps)
    actual = candidate.deepspeed_warmup(steps, **given)
    assert_rates(actual, reference.deepspeed_warmup(steps, **given), given["high"])


@judges("warmup")
def test_linear_from_zero_to_the_peak(candidate, reference, draw):
    run = a_run(draw)
    assert_cosine(candidate, reference, run, range(run["warmup"]))


@judges("joint")
def test_no_jump_where_warmup_and_cosine_meet(candidate, reference, draw):
    for _ in range(5):
        run = a_run(draw)
        assert_cosine(candidate, reference, run, range(run["warmup"] - 1, run["warmup"] + 2))
        assert_rates(candidate.cosine([run["warmup"]], **run), [run["peak"]], run["peak"])


@judges("cosine")
@pytest.mark.parametrize("floor", [True, False])
def test_half_a_cosine_over_what_is_left(candidate, reference, draw, floor):
    run = a_run(draw, **({} if floor else {"floor": 0.0}))
    steps = run["warmup"] + draw.integers(0, run["total"] - run["warmup"], 40)
    assert_cosine(candidate, reference, run, steps.tolist())


@judges("cosine")
def test_the_rate_of_a_step_does_not_depend_on_what_was_asked_before(candidate, reference, draw):
    run = a_run(draw)
    assert_cosine(candidate, reference, run, draw.integers(0, run["total"] + 20, 30).tolist())


@judges("floor")
def test_the_curve_ends_in_the_floor(candidate, reference, draw):
    for share in (0.0, 0.01, 0.1, 0.5, 1.0):
        run = a_run(draw)
        run["floor"] = share * run["peak"]
        middle = (run["warmup"] + run["total"]) // 2
        assert_cosine(candidate, reference, run, [middle, *range(run["total"] - 3, run["total"] + 1)])


@judges("after-the-end")
def test_after_the_end_the_floor_stays(candidate, draw):
    run = a_run(draw)
    steps = [run["total"] + more for more in (0, 1, 2, 30, 500)]
    assert_rates(candidate.cosine(steps, **run), [run["floor"]] * len(steps), run["peak"])


@judges("edges")
def test_short_runs(candidate, reference, draw):
    for warmup, total in ((0, 5), (1, 5), (4, 5), (0, 1), (1, 2)):
        assert_cosine(candidate, reference, a_run(draw, warmup=warmup, total=total), range(total + 3))


@judges("edges")
def test_without_a_floor_it_is_zero(candidate, reference, draw):
    run = a_run(draw)
    del run["floor"]
    assert_cosine(candidate, reference, run, range(0, run["total"] + 20, 7))


@judges("deepspeed-log")
@pytest.mark.parametrize("warmup", [1000, 10, 3])
def test_logarithmic_warmup(candidate, reference, draw, warmup):
    high = float(draw.uniform(1e-4, 1e-2))
    steps = sorted({0, 1, 2, warmup // 2, warmup - 2, warmup - 1, warmup, warmup + 1, 3 * warmup})
    for kind in ({}, {"kind": "log"}):
        assert_deepspeed(candidate, reference, steps, low=0.2 * high, high=high, warmup=warmup, **kind)


@judges("deepspeed-linear")
@pytest.mark.parametrize("warmup", [100, 7])
def test_linear_warmup(candidate, reference, draw, warmup):
    high = float(draw.uniform(1e-4, 1e-2))
    steps = [*range(warmup + 3), 5 * warmup]
    assert_deepspeed(candidate, reference, steps, low=0.1 * high, high=high, warmup=warmup, kind="linear")


@judges("deepspeed-short")
@pytest.mark.parametrize("kind", ["log", "linear"])
@pytest.mark.parametrize("warmup", [1, 2])
def test_a_warmup_has_two_steps_at_least(candidate, reference, draw, kind, warmup):
    assert_deepspeed(candidate, reference, range(5), low=1e-4, high=1e-2, warmup=warmup, kind=kind)


@judges("unknown-kind")
def test_another_kind_is_rejected(candidate):
    for kind in ("cosine", "", "Log"):
        assert candidate.rejects(kind) is True
    for kind in ("log", "linear"):
        assert candidate.rejects(kind) is False


@judges("optimizer-steps")
def test_a_schedule_counts_optimizer_steps(candidate, reference, draw):
    for micro_batches, accumulation in ((12, 4), (13, 4), (15, 4), (5, 1), (3, 8), (1, 1), (8, 8)):
        values = draw.uniform(0.1, 1, micro_batches + 2).tolist()
        actual = candidate.rates(values, micro_batches, accumulation)
        assert_rates(actual, reference.rates(values, micro_batches, accumulation), 1.0)
