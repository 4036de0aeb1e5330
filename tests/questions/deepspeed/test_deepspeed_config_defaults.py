"""config_defaults.py and trainer_and_accelerate.py against their formulas."""

from __future__ import annotations

import pytest

from questions.deepspeed import config_defaults, trainer_and_accelerate

pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")


@pytest.mark.parametrize(("power", "overflows"), [(16, 1), (16, 3), (12, 5)])
def test_first_overflow_is_forgiven(power: int, overflows: int) -> None:
    assert config_defaults.loss_scale_after(power=power, overflows=overflows) == 2.0 ** (power - overflows + 1)


def test_batch_size_counts_copies_of_the_model() -> None:
    assert config_defaults.train_batch_size(pipeline=4, tensor=2, micro_batch=2) == 2 * 16 * 64 // 8


@pytest.mark.parametrize("calls", [201, 401, 1001])
def test_line_from_the_peak_to_zero(calls: int) -> None:
    assert config_defaults.warmup_decay_lr(calls=calls) == pytest.approx(2e-4 * (1001 - calls) / 800)


@pytest.mark.parametrize("hidden", [2048, 4096, 8192])
def test_prefetch_bucket(hidden: int) -> None:
    assert trainer_and_accelerate.prefetch_bucket(hidden=hidden) == int(0.9 * hidden**2)


@pytest.mark.parametrize(("gpus", "entries"), [(1, 4), (2, 4), (4, 3), (8, 4)])
def test_mismatches(gpus: int, entries: int) -> None:
    assert trainer_and_accelerate.mismatches(gpus=gpus) == entries
