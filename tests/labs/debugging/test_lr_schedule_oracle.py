"""The reference of the lab `lr-schedule` against the schedules of transformers and DeepSpeed."""

import importlib.util
from types import ModuleType

import pytest
import torch
from deepspeed.runtime.lr_schedules import WarmupLR
from transformers import get_cosine_schedule_with_warmup, get_cosine_with_min_lr_schedule_with_warmup

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lr_schedule_reference", find_lab("lr-schedule").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _optimizer(lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)


def _factor(scheduler: object, step: int) -> float:
    return scheduler.lr_lambdas[0](step)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("warmup", "total"), [(2000, 10000), (0, 10), (1, 7), (5, 6)])
def test_cosine_is_that_of_transformers(reference, warmup, total):
    peak, floor = 3e-4, 3e-5
    without = get_cosine_schedule_with_warmup(_optimizer(peak), warmup, total)
    with_floor = get_cosine_with_min_lr_schedule_with_warmup(_optimizer(peak), warmup, total, min_lr=floor)
    for step in sorted({*range(0, total + 1, max(1, total // 50)), warmup, total}):
        assert reference.cosine(step, peak, warmup, total) == pytest.approx(peak * _factor(without, step), abs=1e-15)
        expected = peak * _factor(with_floor, step)
        assert reference.cosine(step, peak, warmup, total, floor) == pytest.approx(expected, abs=1e-15)


def test_past_the_end_transformers_rises_again_and_we_do_not(reference):
    schedule = get_cosine_with_min_lr_schedule_with_warmup(_optimizer(1.0), 10, 100, min_lr=0.1)
    assert _factor(schedule, 145) == pytest.approx(0.55)
    assert reference.cosine(145, 1.0, 10, 100, 0.1) == 0.1


@pytest.mark.parametrize("warmup", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("kind", ["log", "linear"])
def test_warmup_is_that_of_deepspeed(reference, warmup, kind):
    scheduler = WarmupLR(_optimizer(1.0), 1e-4, 1e-2, warmup, kind)
    for step in [0, 1, 2, 9, 99, 999, 1000, 1500]:
        scheduler.step(step)
        ours = reference.deepspeed_warmup(step, 1e-4, 1e-2, warmup, kind)
        assert ours == pytest.approx(scheduler.get_last_lr()[0], rel=1e-12)


def test_rates_are_those_of_a_training_loop(reference):
    for micro_batches, accumulation in ((10, 4), (8, 4), (3, 5)):
        optimizer = _optimizer(1.0)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (step + 1))
        used = []
        for i in range(micro_batches):
            if (i + 1) % accumulation == 0 or i + 1 == micro_batches:
                used.append(scheduler.get_last_lr()[0])
                optimizer.step()
                scheduler.step()
        assert reference.rates(lambda step: 1 / (step + 1), micro_batches, accumulation) == used
