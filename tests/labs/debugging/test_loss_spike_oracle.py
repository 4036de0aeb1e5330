"""The reference of the lab `loss-spike` on real training runs, each with one planted cause.

No library does this diagnosis, so the oracle is the plant: a small regression trained by torch's AdamW, where what went
wrong, and when, is known because the test did it.
"""

import importlib.util
import statistics
from types import ModuleType

import pytest
import torch

from labs.grading.catalogue import find_lab

STEPS, EVENT, WINDOW, FACTOR = 120, 80, 8, 2.0


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("loss_spike_reference", find_lab("loss-spike").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def train(plant: str = "", seed: int = 0) -> list[dict[str, object]]:
    """The log of a run in which `plant` happens at step EVENT."""
    generator = torch.Generator().manual_seed(seed)
    truth = torch.randn(32, generator=generator)
    weight = (truth + 0.02 * torch.randn(32, generator=generator)).requires_grad_()
    optimizer = torch.optim.AdamW([weight], lr=2e-3, weight_decay=0.0)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0, growth_interval=10**6)
    log = []
    for step in range(STEPS):
        x = torch.randn(512, 32, generator=generator)
        y = x @ truth + torch.randn(512, generator=generator)
        resumed = step == EVENT and plant in ("optimizer-state", "resume")
        if plant == "batch" and EVENT <= step < EVENT + 2:
            y = -9 * y
        if plant == "not-finite" and step == EVENT:
            y[0] = float("nan")
        if step == EVENT and plant == "optimizer-state":
            optimizer = torch.optim.AdamW([weight], lr=2e-3, weight_decay=0.0)
        if step == EVENT and plant == "resume":
            state = optimizer.state_dict()
            optimizer = torch.optim.AdamW([weight], lr=2e-3, weight_decay=0.0)
            optimizer.load_state_dict(state)
        if step == EVENT and plant == "learning-rate":
            optimizer.param_groups[0]["lr"] *= 2000
        optimizer.zero_grad()
        loss = (x @ weight - y).square().mean()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        norm, before = float(weight.grad.norm()), weight.detach().clone()
        if plant == "loss-scale" and EVENT - 8 <= step < EVENT:  # overflow after overflow, as the weights grow
            weight.grad[0] = float("inf")
            scaler._found_inf_per_device(optimizer)[torch.device("cpu")].fill_(1.0)
        scaler.step(optimizer)
        scaler.update()
        log.append(
            {
                "loss": loss.item(),
                "grad_norm": norm,
                "update_norm": max(float((weight.detach() - before).norm()), 1e-9),
                "lr": optimizer.param_groups[0]["lr"],
                "loss_scale": scaler.get_scale(),
                "resumed": resumed,
                "batch": 1000 + step,
            }
        )
    return log


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_run_has_no_spike(reference, seed):
    assert reference.find_spikes([record["loss"] for record in train(seed=seed)], WINDOW, FACTOR) == []


@pytest.mark.parametrize("plant", ["learning-rate", "batch", "not-finite"])
def test_the_planted_cause_is_found(reference, plant):
    log = train(plant)
    start, end = reference.find_spikes([record["loss"] for record in log], WINDOW, FACTOR)[0]
    assert EVENT <= start <= EVENT + 2
    assert reference.cause(log, start, end, WINDOW, FACTOR) == plant
    plan = reference.plan(log, [100, 80, 60, 79], start, end, WINDOW, FACTOR)
    assert plan["restart"] == 80  # the state before the step at which it happened
    assert 1000 + start in plan["skip"]
    assert len(plan["skip"]) >= end - start


@pytest.mark.parametrize(("plant", "expected"), [("optimizer-state", True), ("resume", False), ("", False)])
def test_adam_without_its_state_steps_further(reference, plant, expected):
    # torch's AdamW with and without its moments: whether the loss shows it depends on the run, the update norm does.
    log = train(plant)
    assert (reference.cause(log, EVENT, EVENT + 1, WINDOW, FACTOR) == "optimizer-state") is expected
    usual = statistics.median(record["update_norm"] for record in log[EVENT - WINDOW : EVENT])
    assert (log[EVENT]["update_norm"] > FACTOR * usual) is expected


def test_a_collapsed_loss_scale(reference):
    log = train("loss-scale")
    assert log[EVENT - 1]["loss_scale"] == 1.0  # torch's own scaler, halved eight times from 256
    assert reference.cause(log, EVENT, EVENT + 1, WINDOW, FACTOR) == "loss-scale"
