"""overfitting.py against simulations: decay by torch, early stopping by hand, luck by summing outcomes."""

from __future__ import annotations

from math import comb

import pytest
import torch

from questions.debugging import overfitting


def test_decay_is_what_adamw_does_without_gradients() -> None:
    weight = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = torch.optim.AdamW([weight], lr=2e-4, weight_decay=0.1)
    for _ in range(50):
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    shrunk = overfitting.decayed_percent(lr=2e-4, weight_decay=0.1, steps=50)
    assert 100 * (1 - weight.item()) == pytest.approx(shrunk)


@pytest.mark.parametrize(("patience", "stop"), [(1, 3), (2, 4), (3, 8)])
def test_early_stopping_by_hand(patience: int, stop: int) -> None:
    losses = [2.0, 1.0, 1.0, 1.5, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert overfitting.stops_at(losses=losses, patience=patience) == stop


def test_luck_of_two_trials_on_three_examples() -> None:
    """Sum over all outcomes of two trials that reach at least 3 of 3 with accuracy 0.5."""
    chance = [comb(3, k) / 8 for k in range(4)]
    lucky = sum(chance[i] * chance[j] for i in range(4) for j in range(4) if max(i, j) >= 3)
    assert overfitting.luck_of_the_best(trials=2, examples=3, accuracy=0.5, correct=3) == pytest.approx(100 * lucky)
