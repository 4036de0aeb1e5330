"""The reference of the lab `loss-scaling` against DeepSpeed's DynamicLossScaler and torch's GradScaler."""

import importlib.util
import random
from types import ModuleType

import pytest
import torch
from deepspeed.runtime.fp16 import loss_scaler as deepspeeds
from torch import nn

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("loss_scaling_reference", find_lab("loss-scaling").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("window", [1, 2, 3, 5])
@pytest.mark.parametrize("hysteresis", [1, 2, 3])
@pytest.mark.parametrize("consecutive", [False, True])
@pytest.mark.parametrize(("init_scale", "min_scale"), [(2.0**16, 1.0), (24.0, 5.0)])
def test_scales_as_deepspeed_does(reference, monkeypatch, window, hysteresis, consecutive, init_scale, min_scale):
    monkeypatch.setattr(deepspeeds.dist, "get_rank", lambda: 1)  # logs on rank 0 only
    draw = random.Random(window)
    for share in (0.1, 0.3, 0.6):
        ours = reference.LossScaler(init_scale, window, min_scale, hysteresis, consecutive)
        its = deepspeeds.DynamicLossScaler(init_scale, window, min_scale, hysteresis, consecutive)
        for _ in range(200):
            overflow = draw.random() < share
            raised = [_raises(update, overflow) for update in (ours.update, its.update_scale)]
            assert raised[0] == raised[1]
            assert ours.scale == its.cur_scale
            if raised[0]:
                break


def _raises(update, overflow: bool) -> bool:
    try:
        update(overflow)
    except Exception:  # DeepSpeed raises a plain Exception
        return True
    return False


@pytest.mark.parametrize("max_norm", [None, 0.5])
def test_steps_as_torchs_grad_scaler_does(reference, max_norm):
    torch.manual_seed(0)
    masters = [torch.rand(3, 4) + 0.5, torch.rand(5) + 0.5]
    model = [nn.Parameter(m.half()) for m in masters]
    its_masters = [nn.Parameter(m.clone()) for m in masters]
    optimizer = torch.optim.SGD(its_masters, lr=0.3)
    # Both double too seldom to matter here; without hysteresis both halve with each overflow.
    scaler = reference.LossScaler(init_scale=2.0**14, hysteresis=1)
    its_scaler = torch.amp.GradScaler("cpu", init_scale=2.0**14, backoff_factor=0.5, growth_interval=1000)
    for number in range(6):
        slopes = [torch.randn(3, 4), torch.randn(5)]
        if number in (1, 3):
            slopes[1][2] = 100.0  # times 2^14 and 2^13 more than float16 holds
        before = [p.detach().clone() for p in model]
        loss = sum((p.float() * s).sum() for p, s in zip(model, slopes, strict=True))
        taken = reference.step(loss, model, masters, scaler, 0.3, max_norm)

        its_model = [nn.Parameter(p) for p in before]
        its_scaler.scale(sum((p.float() * s).sum() for p, s in zip(its_model, slopes, strict=True))).backward()
        for master, parameter in zip(its_masters, its_model, strict=True):
            master.grad = parameter.grad.float()
        its_scaler.unscale_(optimizer)
        if max_norm is not None:
            nn.utils.clip_grad_norm_(its_masters, max_norm)
        its_scaler.step(optimizer)
        its_scaler.update()
        assert taken == (number not in (1, 3))
        assert scaler.scale == its_scaler.get_scale()
        for ours, its, held in zip(masters, its_masters, model, strict=True):
            torch.testing.assert_close(ours, its.detach(), rtol=1e-5, atol=1e-6)
            assert torch.equal(held, ours.half())


def test_eighteen_overflows_in_a_row_end_a_run(reference):
    # One is forgiven, sixteen halve 2^16 to 1, the next one raises.
    scaler = reference.LossScaler()
    for _ in range(17):
        scaler.update(True)
    assert scaler.scale == 1.0
    with pytest.raises(OverflowError):
        scaler.update(True)
