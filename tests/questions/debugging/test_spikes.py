"""spikes.py against a step of torch's AdamW, and the limits of fp16."""

from __future__ import annotations

import pytest
import torch

from questions.debugging import spikes


@pytest.mark.parametrize("beta2", [0.95, 0.999])
def test_update_at_a_jump_is_that_of_adamw(beta2: float) -> None:
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.AdamW([weight], lr=1.0, betas=(0.9, beta2), weight_decay=0.0)
    weight.grad = torch.ones_like(weight)
    optimizer.step()
    state = optimizer.state[weight]
    state["step"].fill_(1_000_000)
    state["exp_avg"].fill_(1.0)
    state["exp_avg_sq"].fill_(1.0)
    before = weight.item()
    weight.grad = torch.full_like(weight, 50.0)
    optimizer.step()
    update = spikes.update_at_the_jump(factor=50, beta1=0.9, beta2=beta2)
    assert before - weight.item() == pytest.approx(update, rel=1e-5)


@pytest.mark.parametrize("exponent", [8, 9, 10])
def test_scale_lifts_the_gradient_over_half_of_the_smallest_number(exponent: int) -> None:
    power = spikes.smallest_scale_power(exponent=exponent)
    assert 10.0**-exponent * 2 ** (power - 1) <= 2.0**-25 < 10.0**-exponent * 2**power
