"""The hidden suite: logs with planted spikes. Noise is within 10 %, jumps are far beyond the factor."""

import pytest
import torch

from labs.grading.suite import Mismatch, judges

NAN, INF = float("nan"), float("inf")


def noisy(draw, values):
    values = torch.as_tensor(values, dtype=torch.float64)
    return values * draw.uniform(0.95, 1.05, len(values), dtype=torch.float64)


def level(draw, steps, value=2.0):
    return noisy(draw, [value] * steps)


def a_log(draw, steps=40):
    """A calm run; its batches have nothing to do with its steps."""
    return {
        "loss": level(draw, steps),
        "grad_norm": level(draw, steps, 1.0),
        "update_norm": level(draw, steps, 0.3),
        "lr": level(draw, steps, 1e-4),
        "loss_scale": torch.full((steps,), 4096.0, dtype=torch.float64),
        "resumed": torch.zeros(steps, dtype=torch.int64),
        "batch": 100 + draw.uniform(0, 1, steps).argsort(),
    }


def same(actual, expected):
    if type(actual) is not type(expected) or actual != expected:
        raise Mismatch("another finding")


def assert_spikes(candidate, losses, expected, window=5, factor=1.5):
    same(candidate.find_spikes(losses, window, factor), [list(spike) for spike in expected])


@judges("relative-threshold")
@pytest.mark.parametrize("size", [0.05, 2.0, 50.0])
def test_a_spike_at_any_size_of_the_loss(candidate, draw, size):
    losses, start = level(draw, 40, size), draw.integer(12, 25)
    losses[start : start + 3] *= 2.2
    assert_spikes(candidate, losses, [(start, start + 3)])


@judges("relative-threshold")
def test_the_baseline_is_the_last_window(candidate, draw):
    # The loss falls from 10 to 1: what would be calm at first is a spike at the end.
    losses = noisy(draw, torch.linspace(10, 1, 60))
    losses[56] = 4.0
    assert_spikes(candidate, losses, [(56, 57)])


@judges("relative-threshold")
def test_the_baseline_is_a_median(candidate):
    losses = torch.tensor([9.0, 9.0, 2.0, 2.0, 2.0, 4.0, 2.0, 2.0], dtype=torch.float64)
    assert_spikes(candidate, losses, [(5, 6)])
    losses = torch.tensor([1.0, 3.0, 1.0, 3.0, 3.4, 2.0, 2.0, 2.0], dtype=torch.float64)  # of four: 2
    assert_spikes(candidate, losses, [(4, 5)], window=4)


@judges("relative-threshold")
def test_at_the_threshold_is_not_above_it(candidate):
    losses = torch.tensor([2.0, 2.0, 2.0, 2.0, 2.0, 3.0, 2.0, 3.125, 2.0], dtype=torch.float64)
    assert_spikes(candidate, losses, [(7, 8)])


@judges("no-false-alarm")
def test_a_clean_run_has_no_spike(candidate, draw):
    for values in (11 * torch.exp(-torch.arange(60) / 12) + 2, torch.linspace(2, 6, 60), torch.full((60,), 3.0)):
        assert_spikes(candidate, noisy(draw, values), [])
    assert_spikes(candidate, level(draw, 3), [])
    assert_spikes(candidate, level(draw, 0), [])


@judges("no-false-alarm")
def test_the_first_losses_are_not_judged(candidate, draw):
    losses = level(draw, 30)
    losses[2] = 40.0  # with the learning rate still rising
    losses[20] = 8.0
    assert_spikes(candidate, losses, [(20, 21)])


@judges("recovery")
@pytest.mark.parametrize("length", [1, 4, 17])
def test_a_spike_ends_where_the_loss_is_calm(candidate, draw, length):
    losses, start = level(draw, 50), draw.integer(12, 25)
    losses[start : start + length] += 3
    assert_spikes(candidate, losses, [(start, start + length)])


@judges("recovery")
def test_a_spike_that_does_not_recover(candidate, draw):
    losses, start = level(draw, 50), draw.integer(12, 25)
    losses[start:] += 4
    assert_spikes(candidate, losses, [(start, 50)])
    losses = level(draw, 30)
    losses[29] = 9.0
    assert_spikes(candidate, losses, [(29, 30)])


@judges("recovery")
def test_several_spikes(candidate, draw):
    losses = level(draw, 50)
    losses[12:15] = 9.0
    losses[16:18] = 7.0  # one calm step between two spikes
    losses[33] = 5.0
    assert_spikes(candidate, losses, [(12, 15), (16, 18), (33, 34)])


@judges("recovery")
def test_a_loss_that_falls_slowly_back(candidate, draw):
    losses, start = level(draw, 60), draw.integer(12, 25)
    losses[start : start + 12] = torch.linspace(9, 3.5, 12, dtype=torch.float64)
    assert_spikes(candidate, losses, [(start, start + 12)])


@judges("not-finite")
@pytest.mark.parametrize("value", [NAN, INF])
def test_a_loss_that_is_no_number(candidate, draw, value):
    losses, start = level(draw, 40), draw.integer(12, 25)
    losses[start : start + 2] = value
    losses[start + 5] = 9.0
    assert_spikes(candidate, losses, [(start, start + 2), (start + 5, start + 6)])
    losses[start:] = value
    assert_spikes(candidate, losses, [(start, 40)])


@judges("not-finite")
def test_no_number_among_the_first_losses(candidate, draw):
    losses = level(draw, 30)
    losses[1], losses[2] = NAN, INF
    losses[6] = 30.0  # only four calm losses before it
    losses[15] = 9.0
    assert_spikes(candidate, losses, [(1, 3), (15, 16)])


@judges("first-sign")
@pytest.mark.parametrize("early", [0, 1, 4, 8])
def test_the_earliest_raised_norm(candidate, draw, early):
    norms = level(draw, 50, 0.02)
    start = draw.integer(25, 35)
    norms[start - early] = 0.1
    norms[start : start + 3] = 0.2
    same(candidate.first_sign(norms, start, 8, 2.0), start - early)
    norms[start - early] = NAN
    same(candidate.first_sign(norms, start, 8, 2.0), start - early)


@judges("first-sign")
def test_no_sign_is_the_spike_itself(candidate, draw):
    norms = level(draw, 50, 3.0)
    start = draw.integer(25, 35)
    same(candidate.first_sign(norms, start, 8, 2.0), start)
    norms[start - 9], norms[start + 1] = 30.0, 30.0  # out of the window on both sides
    same(candidate.first_sign(norms, start, 8, 2.0), start)


@judges("first-sign")
def test_the_baseline_lies_before_the_window(candidate, draw):
    norms = level(draw, 50, 1.0)
    start = draw.integer(35, 40)
    norms[:18] = 60.0  # the norms of the first steps are long gone
    norms[start - 7 : start + 1] = 6.0
    norms[start - 12] = NAN
    same(candidate.first_sign(norms, start, 8, 2.0), start - 7)
    norms = level(draw, 12, 1.0)
    norms[9] = 5.0
    same(candidate.first_sign(norms, 10, 5, 2.0), 9)


@judges("first-sign")
@pytest.mark.parametrize("before", [[1.0, 5.0, 5.0], [5.0, 5.0, 1.0], [1.0, INF, 5.0]])
def test_every_finite_norm_of_the_baseline_counts(candidate, before):
    norms = torch.tensor([0.1, *before, 8.0, 1.0, 1.0, 20.0], dtype=torch.float64)  # window 3, the spike at 7
    same(candidate.first_sign(norms, 7, 3, 2.0), 4 if INF in before else 7)


def a_spike(draw, early=3):
    """A log with a spike, the gradient norm of which rose `early` steps before."""
    log, start = a_log(draw), draw.integer(20, 30)
    log["loss"][start : start + 4] += 5
    log["grad_norm"][start - early : start + 4] *= 8
    return log, start, start + 4


@judges("restart")
@pytest.mark.parametrize("early", [0, 3, 5])
def test_a_checkpoint_from_before_the_first_sign(candidate, draw, early):
    log, start, end = a_spike(draw, early)
    first = start - early
    for steps, expected in (
        ([first - 9, first - 4, first + 1], first - 4),
        ([first + 1, first, start + 2, 0], first),
        ([start + 1, first + 1], None),
        ([], None),
        ([0], 0),
    ):
        plan = candidate.plan(log, steps, start, end, 6, 2.0)
        assert isinstance(plan, dict)
        assert sorted(plan) == ["restart", "skip"]
        same(plan["restart"], expected)


@judges("skipped-batches")
@pytest.mark.parametrize("early", [0, 2, 6])
def test_batches_from_the_first_sign_to_the_end(candidate, draw, early):
    log, start, end = a_spike(draw, early)
    plan = candidate.plan(log, [0], start, end, 6, 2.0)
    assert isinstance(plan, dict)
    same(plan.get("skip"), log["batch"][start - early : end].tolist())


def plant(log, what, step):
    """An event at a step: the update, the learning rate or the loss scale."""
    if what == "optimizer-state":
        log["resumed"][step] = 1
        log["update_norm"][step] *= 7
    elif what == "learning-rate":
        log["lr"][step:] *= 10
    elif what == "loss-scale":
        log["loss_scale"][step:] = 1.0


EVENTS = ["optimizer-state", "learning-rate", "loss-scale"]


@judges("cause-by-event")
@pytest.mark.parametrize("what", EVENTS)
def test_an_event_comes_before_the_batch(candidate, draw, what):
    for early in (0, 2, 5):
        log, start, end = a_spike(draw)
        plant(log, what, start - early)
        same(candidate.cause(log, start, end, 6, 2.0), what)
        log["loss"][start + 1] = NAN
        log["grad_norm"][start] = INF
        same(candidate.cause(log, start, end, 6, 2.0), what)


@judges("cause-by-event")
def test_the_first_of_several_rules(candidate, draw):
    for first, second in ((0, 1), (1, 2), (0, 2)):
        for steps in ((4, 1), (1, 4)):  # the order of the rules counts, not that of the steps
            log, start, end = a_spike(draw)
            plant(log, EVENTS[first], start - steps[0])
            plant(log, EVENTS[second], start - steps[1])
            same(candidate.cause(log, start, end, 6, 2.0), EVENTS[first])


@judges("cause-window")
@pytest.mark.parametrize("what", EVENTS)
def test_an_event_long_before_or_after_is_no_cause(candidate, draw, what):
    for step in (-6, -10, 1):
        log, start, end = a_spike(draw)
        plant(log, what, start + step)
        if what == "loss-scale" and step < 0:
            log["loss_scale"][start + step + 1 :] = 4096.0
        same(candidate.cause(log, start, end, 6, 2.0), "batch")


@judges("cause-window")
def test_half_of_an_event_is_no_cause(candidate, draw):
    log, start, end = a_spike(draw)
    log["resumed"][start - 2] = 1  # resumed with its state
    same(candidate.cause(log, start, end, 6, 2.0), "batch")
    log, start, end = a_spike(draw)
    log["update_norm"][start - 1] *= 7
    log["lr"][start - 6 :] *= 1.25 ** torch.arange(46 - start, dtype=torch.float64)  # a slow rise
    log["loss_scale"][start - 1 :] = 2.0
    log["lr"][start:] *= 0.01
    log["lr"][: start - 8] *= 30
    same(candidate.cause(log, start, end, 6, 2.0), "batch")
    log, start, end = a_spike(draw)
    log["lr"][:start], log["lr"][start:] = 1e-4, 2e-4  # the factor itself is not more than the factor
    same(candidate.cause(log, start, end, 6, 2.0), "batch")


@judges("cause-of-the-rest")
def test_not_finite_batch_or_unknown(candidate, draw):
    for early in (3, 0):
        log, start, end = a_spike(draw, early)
        same(candidate.cause(log, start, end, 6, 2.0), "batch")
    for name, step, value in (("loss", 0, NAN), ("grad_norm", 3, INF), ("loss", 3, INF), ("grad_norm", 0, NAN)):
        log, start, end = a_spike(draw)
        log[name][start + step] = value
        same(candidate.cause(log, start, end, 6, 2.0), "not-finite")
    log, start, end = a_spike(draw)
    log["loss"][end] = NAN  # another spike
    log["grad_norm"][start - 2] = NAN  # a sign, before the spike itself
    same(candidate.cause(log, start, end, 6, 2.0), "batch")
    log, start, end = a_spike(draw)
    log["grad_norm"] = level(draw, 40, 1.0)
    log["grad_norm"][start + 1 :] *= 9  # too late to be a cause
    same(candidate.cause(log, start, end, 6, 2.0), "unknown")


@judges("unchanged-input")
def test_the_log_is_left_as_it_was(candidate, draw):
    log, start, end = a_spike(draw)
    log["loss"][start], log["grad_norm"][start - 8] = NAN, NAN
    assert candidate.unchanged(log, [20, 4, 12, 0], start, end, 6, 2.0) is True
