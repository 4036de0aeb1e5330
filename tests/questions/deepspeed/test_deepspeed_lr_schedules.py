"""lr_schedules.py against the formula, and what the explanation says of the schedulers."""

from __future__ import annotations

import math

import pytest
import torch

from questions.deepspeed import lr_schedules

pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")


@pytest.mark.parametrize("warmup", [2, 100, 1000])
@pytest.mark.parametrize("calls", [1, 2, 10, 100, 101, 5000])
def test_warmup_by_hand(warmup: int, calls: int) -> None:
    step = calls - 1
    log = math.log(step + 1) / math.log(warmup) if step < warmup else 1.0
    linear = step / warmup if step < warmup else 1.0
    for kind, share in (("log", log), ("linear", linear)):
        lr = lr_schedules.warmup_lr(peak=2e-5, warmup_num_steps=warmup, calls=calls, warmup_type=kind)
        assert lr == pytest.approx(2e-5 * share)


def test_half_the_peak_after_a_tenth_of_the_warmup() -> None:
    lr = lr_schedules.warmup_lr(peak=2e-5, warmup_num_steps=100, calls=10, warmup_type="log")
    assert lr == pytest.approx(1e-5)
    lr = lr_schedules.warmup_lr(peak=2e-5, warmup_num_steps=100, calls=10, warmup_type="linear")
    assert lr == pytest.approx(1.8e-6)


def test_defaults_and_refusals() -> None:
    import inspect

    from deepspeed.runtime.lr_schedules import WarmupDecayLR, WarmupLR

    assert inspect.signature(WarmupLR).parameters["warmup_type"].default == "log"
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    with pytest.raises(ValueError, match="positive integer"):
        WarmupLR(optimizer, warmup_num_steps=0)
    decaying = WarmupDecayLR(optimizer, total_num_steps=10, warmup_max_lr=1.0, warmup_num_steps=2)
    for _ in range(11):
        decaying.step()
    assert optimizer.param_groups[0]["lr"] == 0


def test_bf16_numbers_below_one_are_two_to_the_minus_eight_apart() -> None:
    below = torch.nextafter(torch.ones((), dtype=torch.bfloat16), torch.zeros((), dtype=torch.bfloat16))
    assert 1 - below.item() == 2**-8
    assert 0.001 < 2**-9, "half the gap: rounding goes back to 1"
