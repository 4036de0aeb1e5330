"""The visible suite: the trace of the brief. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import judges

LOSS = torch.tensor([2.0, 2.1, 1.9, 2.0, 2.0, 2.1, 1.9, 2.0, 6.0, 6.2, 6.1, 2.1], dtype=torch.float64)
NORM = torch.tensor([1.0, 1.1, 0.9, 1.0, 1.0, 1.1, 5.0, 1.0, 9.0, 8.0, 7.0, 1.2], dtype=torch.float64)
COLUMNS = {
    "loss": LOSS,
    "grad_norm": NORM,
    "update_norm": torch.ones(12, dtype=torch.float64),
    "lr": torch.full((12,), 1e-4, dtype=torch.float64),
    "loss_scale": torch.full((12,), 1024.0, dtype=torch.float64),
    "resumed": torch.zeros(12, dtype=torch.int64),
    "batch": torch.arange(50, 62),
}


@judges("spikes")
def test_the_spike_of_the_trace(candidate):
    assert candidate.find_spikes(LOSS, 3, 2.0) == [[8, 11]]


@judges("spikes")
def test_a_nan_is_a_spike(candidate):
    losses = LOSS.clone()
    losses[8:] = float("nan")
    assert candidate.find_spikes(losses, 3, 2.0) == [[8, 12]]


@judges("first-sign")
def test_the_norm_rose_two_steps_earlier(candidate):
    assert candidate.first_sign(NORM, 8, 3, 2.0) == 6


@judges("plan")
def test_restart_and_batches(candidate):
    expected = {"restart": 4, "skip": [56, 57, 58, 59, 60]}
    assert candidate.plan(COLUMNS, [0, 4, 8], 8, 11, 3, 2.0) == expected
