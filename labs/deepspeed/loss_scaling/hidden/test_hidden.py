"""The hidden suite. Scales are powers of two and exact; masters are judged by the rounding of float32."""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges

OVERFLOWS = 1e5
"""A slope that is no float16 at any scale from 1 up."""


def drawn_trace(draw, length, share):
    return (draw.uniform(0, 1, length) < share).tolist()


def compare_traces(candidate, reference, traces, **scaling):
    """Compare the scales over several lists of overflows, of good steps and bad."""
    calls = [{"overflows": overflows, **scaling} for overflows in traces]
    assert candidate.traces(calls) == reference.traces(calls)


def weights_of(draw, *shapes):
    return [draw.uniform(0.5, 1.5, *shape) for shape in shapes]


def slopes_of(draw, steps, *shapes):
    return [[draw.normal(*shape) for shape in shapes] for _ in range(steps)]


def compare_training(candidate, reference, weights, slopes, lr, **given):
    """Compare whole runs, whose slopes float16 holds only roughly: both sides round them alike."""
    actual, expected = candidate.train(weights, slopes, lr, **given), reference.train(weights, slopes, lr, **given)
    assert actual["taken"] == expected["taken"]
    assert actual["scales"] == expected["scales"]
    for part in ("masters", "model"):
        if len(actual[part]) != len(expected[part]):
            raise Mismatch(f"another number of {part}")
    for master, right, weight in zip(actual["masters"], expected["masters"], weights, strict=True):
        moved = (right - weight).abs()
        assert_close(master, right, scale=weight.abs() + moved, tolerance=16.0)
    for held, right in zip(actual["model"], expected["masters"], strict=True):
        # float16 of the masters, up to a tie that the last bit of float32 decides.
        assert_close(held, right.half(), tolerance=1.0, scale=right.abs())


@judges("falls")
@pytest.mark.parametrize("hysteresis", [1, 2, 3])
def test_the_scale_falls_once_patience_is_used_up(candidate, reference, draw, hysteresis):
    compare_traces(candidate, reference, [[True] * draw.integer(5, 8)], init_scale=2.0**12, hysteresis=hysteresis)


@judges("falls")
def test_the_first_scale_is_given_and_the_defaults_are_deepspeeds(candidate):
    assert candidate.trace([True, True, True])["scales"] == [65536.0, 65536.0, 32768.0, 16384.0]
    actual = candidate.trace([True] * 4, init_scale=4.0, hysteresis=1)
    assert actual == {"scales": [4.0, 2.0, 1.0], "stopped_at": 1.0}


@judges("rises")
@pytest.mark.parametrize("window", [1, 2, 3, 5])
def test_the_scale_rises_every_window(candidate, reference, draw, window):
    good = [False] * (3 * window + 2)
    compare_traces(candidate, reference, [good], init_scale=16.0, window=window)
    compare_traces(candidate, reference, [[True, *good]], init_scale=16.0, window=window, hysteresis=1)


@judges("rises")
def test_a_thousand_and_one_good_steps(candidate):
    scales = candidate.trace([False] * 1001)["scales"]
    assert scales[1000] == 65536.0
    assert scales[1001] == 131072.0


@judges("counts-afresh")
@pytest.mark.parametrize("window", [2, 3, 4])
def test_an_overflow_ends_the_row_of_good_steps(candidate, reference, draw, window):
    traces = [[False] * before + [True] + [False] * (window + 2) for before in range(1, window + 3)]
    for hysteresis in (1, 4):
        compare_traces(candidate, reference, traces, init_scale=256.0, window=window, hysteresis=hysteresis)


@judges("patience")
def test_patience_returns_with_growth_only(candidate, reference, draw):
    o, g = True, False
    traces = [
        [o, g, o, g, o, g, o],
        [o, o, g, o, g, g, o],
        [o, o, g, g, g, g, g, o, o],
        [o, g, g, g, g, o, o, o],
        [g, g, g, g, o, o, o],
    ]
    for hysteresis in (2, 3):
        compare_traces(candidate, reference, traces, init_scale=1024.0, window=3, hysteresis=hysteresis)


@judges("patience")
def test_patience_returns_with_each_good_step_where_asked(candidate, reference, draw):
    given = {"init_scale": 1024.0, "window": 3, "consecutive_hysteresis": True}
    o, g = True, False
    traces = [[o, g, o, g, o, g, o], [o, o, g, o, o, o], [o, o, o, g, g, g, g, o, o]]
    for hysteresis in (2, 3):
        compare_traces(candidate, reference, traces, hysteresis=hysteresis, **given)


@judges("floor")
@pytest.mark.parametrize(("init_scale", "min_scale"), [(8.0, 1.0), (8.0, 2.0), (24.0, 5.0), (4.0, 4.0), (0.5, 0.125)])
@pytest.mark.parametrize("hysteresis", [1, 2])
def test_the_scale_never_falls_below_the_least(candidate, reference, draw, init_scale, min_scale, hysteresis):
    given = {"init_scale": init_scale, "min_scale": min_scale, "hysteresis": hysteresis, "window": 2}
    traces = [[True] * 8, [True, True, False, False, False, True, True, True, True]]
    compare_traces(candidate, reference, traces, **given)


@judges("long-traces")
def test_long_traces(candidate, reference, draw):
    for window, hysteresis, consecutive in [(2, 1, False), (3, 2, False), (3, 3, True), (5, 2, True), (4, 4, False)]:
        given = {"init_scale": 2.0**20, "window": window, "hysteresis": hysteresis}
        traces = [drawn_trace(draw, 60, 0.25) for _ in range(2)]
        compare_traces(candidate, reference, traces, consecutive_hysteresis=consecutive, **given)


@judges("update")
@pytest.mark.parametrize("init_scale", [1.0, 128.0, 4096.0])
def test_the_scale_leaves_no_trace_in_the_update(candidate, reference, draw, init_scale):
    shapes = (3, 4), (5,), (), (1, 1)
    weights, slopes = weights_of(draw, *shapes), slopes_of(draw, 3, *shapes)
    compare_training(candidate, reference, weights, slopes, 0.3, init_scale=init_scale)


@judges("update")
def test_the_scale_of_the_step_itself_counts(candidate, reference, draw):
    # With window 1 the scale doubles in every step from the second on.
    weights, slopes = weights_of(draw, (6,)), slopes_of(draw, 5, (6,))
    compare_training(candidate, reference, weights, slopes, 0.1, init_scale=8.0, window=1)


@judges("small-gradients")
def test_gradients_that_float16_alone_would_lose(candidate, reference, draw):
    # 1e-8 is zero in float16; times 65536 it is not, until it is divided in float16 again.
    weights, slopes = weights_of(draw, (16,)), [[draw.uniform(0.8e-8, 1.2e-8, 16)] for _ in range(2)]
    compare_training(candidate, reference, weights, slopes, 2e7, init_scale=2.0**16)


@judges("masters")
def test_updates_that_float16_weights_would_lose(candidate, reference, draw):
    # Each step moves a weight by less than half of float16's spacing at 1.
    weights = [1 + draw.uniform(0.05, 0.2, 16)]
    slopes = [[draw.uniform(0.5, 1.5, 16)] for _ in range(12)]
    compare_training(candidate, reference, weights, slopes, 1e-4, init_scale=256.0)


@judges("overflow-found")
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("sign", [1, -1])
def test_one_element_of_one_parameter_is_enough(candidate, reference, draw, place, sign):
    shapes = (2, 3), (4,), (7,)
    weights, slopes = weights_of(draw, *shapes), slopes_of(draw, 2, *shapes)
    slopes[0][place].view(-1)[draw.integer(0, 4)] = sign * OVERFLOWS
    compare_training(candidate, reference, weights, slopes, 0.3, init_scale=64.0, hysteresis=1)


@judges("overflow-found")
def test_not_a_number(candidate, reference, draw):
    weights, slopes = weights_of(draw, (3,), (2,)), slopes_of(draw, 3, (3,), (2,))
    compare_training(candidate, reference, weights, slopes, 0.3, init_scale=64.0, hysteresis=1, without_number=[1])


@judges("no-false-alarm")
def test_large_but_finite_gradients(candidate, reference, draw):
    # Each fits into float16, and neither their sum nor the sum of their squares does.
    weights, slopes = weights_of(draw, (32,), (8,)), [[draw.uniform(40.0, 60.0, n) for n in (32, 8)]]
    compare_training(candidate, reference, weights, slopes, 0.01, init_scale=1024.0, hysteresis=1)


@judges("skipped-step")
def test_a_skipped_step_leaves_everything(candidate, draw):
    weights = weights_of(draw, (3, 2), (4,))
    slopes = [[draw.normal(3, 2), draw.constant(OVERFLOWS, 4)] for _ in range(3)]
    actual = candidate.train(weights, slopes, 0.3, init_scale=64.0)
    assert actual["taken"] == [False, False, False]
    assert actual["gradients_gone"] is True
    for master, held, weight in zip(actual["masters"], actual["model"], weights, strict=True):
        assert_close(master, weight, tolerance=0)
        assert_close(held, weight.half(), tolerance=0)


@judges("skipped-step")
def test_training_goes_on_behind_it(candidate, reference, draw):
    shapes = (3, 2), (4,)
    weights, slopes = weights_of(draw, *shapes), slopes_of(draw, 7, *shapes)
    for number in (1, 2, 5):
        slopes[number][number % 2].fill_(OVERFLOWS)
    compare_training(candidate, reference, weights, slopes, 0.3, init_scale=1024.0, window=2)


@judges("skipped-step")
def test_the_run_ends_where_the_scale_cannot_fall(candidate, draw):
    (weight,) = weights_of(draw, (5,))
    actual = candidate.stopped(
        [weight], [draw.constant(OVERFLOWS, 5)], 0.3, init_scale=2.0, min_scale=2.0, hysteresis=1
    )
    assert actual["raised"] is True
    assert_close(actual["masters"][0], weight, tolerance=0)
    assert_close(actual["model"][0], weight.half(), tolerance=0)


@judges("clipping")
@pytest.mark.parametrize("max_norm", [0.5, 1.0, 1e4])
def test_gradients_are_clipped_without_their_scale(candidate, reference, draw, max_norm):
    shapes = (4, 4), (6,), (3,)
    weights, slopes = weights_of(draw, *shapes), slopes_of(draw, 3, *shapes)
    compare_training(candidate, reference, weights, slopes, 0.3, max_norm=max_norm, init_scale=512.0)


@judges("clipping")
def test_clipping_gradients_of_zero(candidate, reference, draw):
    weights, slopes = weights_of(draw, (4,)), [[torch.zeros(4)], [draw.normal(4)]]
    compare_training(candidate, reference, weights, slopes, 0.3, max_norm=1.0, init_scale=512.0)


@judges("missing-gradients")
@pytest.mark.parametrize("given", [{}, {"max_norm": 0.5}])
def test_parameters_that_the_loss_does_not_reach(candidate, reference, draw, given):
    shapes = (3,), (2, 2), (5,)
    weights, slopes = weights_of(draw, *shapes), slopes_of(draw, 2, *shapes)
    slopes[0][0] = slopes[1][2] = None
    compare_training(candidate, reference, weights, slopes, 0.3, init_scale=64.0, **given)
