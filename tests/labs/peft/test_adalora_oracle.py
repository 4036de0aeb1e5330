"""The reference of the lab `adalora` against peft's SVDLinear, RankAllocator and penalty."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import AdaLoraConfig, get_peft_model
from torch import nn

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("adalora_reference", find_lab("adalora").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Output:
    """What AdaLoraModel.forward looks for: a loss to which it adds the penalty."""

    def __init__(self, loss: torch.Tensor) -> None:
        self.loss = loss


class _Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(6, 5)
        self.second = nn.Linear(5, 4)

    def forward(self, x: torch.Tensor) -> _Output:
        return _Output(1e-6 * self.second(self.first(x)).square().sum())


def _peft(**more):
    torch.manual_seed(0)
    config = AdaLoraConfig(
        init_r=4, target_r=2, tinit=2, tfinal=3, deltaT=1, total_step=20, target_modules=["first", "second"], **more
    )
    model = get_peft_model(_Model(), config).eval()
    its = [model.base_model.model.first, model.base_model.model.second]
    for layer in its:
        for parameters in (layer.lora_A, layer.lora_E, layer.lora_B):
            nn.init.normal_(parameters["default"])
    return model, its


def _ours(reference, its, alpha=8):
    made = []
    for layer in its:
        base = nn.Linear(layer.in_features, layer.out_features)
        base.load_state_dict(layer.base_layer.state_dict())
        ours = reference.SVDLinear(base, 4, alpha)
        with torch.no_grad():
            for name in ("lora_A", "lora_E", "lora_B"):
                getattr(ours, name).copy_(getattr(layer, name)["default"])
        made.append(ours)
    return made


def test_output_agrees_with_peft(reference):
    _, its = _peft(lora_alpha=8)
    for ours, layer in zip(_ours(reference, its), its, strict=True):
        x = torch.randn(3, layer.in_features)
        # peft divides alpha by r + 1e-5.
        torch.testing.assert_close(ours(x), layer(x), rtol=1e-4, atol=1e-4)


def test_penalty_is_the_square_of_what_peft_averages(reference):
    # peft and the authors' code average the norms; the paper, and the lab, add up their squares.
    model, its = _peft(lora_alpha=8, orth_reg_weight=1.0)
    x, ours = torch.randn(3, 6), _ours(reference, its)
    penalty = model.base_model(x).loss - model.base_model.model(x).loss
    norms = [reference._distance(m).sqrt() for layer in ours for m in (layer.lora_A, layer.lora_B.T)]
    torch.testing.assert_close(torch.stack(norms).mean(), penalty, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(reference.orthogonality(ours), torch.stack(norms).square().sum())


def test_budget_agrees_with_peft(reference):
    allocator = _peft()[0].base_model.rankallocator
    for step in range(21):
        assert reference.budget(step, 8, 4, 2, 3, 20) == allocator.budget_schedule(step)[0]


@pytest.mark.parametrize("keep", [1, 3, 5, 7])
def test_importance_and_allocation_agree_with_peft(reference, keep):
    model, its = _peft()
    allocator, ours = model.base_model.rankallocator, _ours(reference, its)
    importance = reference.Importance(ours, 0.85, 0.85)
    for _ in range(3):
        for our, layer in zip(ours, its, strict=True):
            for name in ("lora_A", "lora_E", "lora_B"):
                theirs = getattr(layer, name)["default"]
                theirs.grad = torch.randn_like(theirs)
                getattr(our, name).grad = theirs.grad.clone()
        importance.update()
        allocator.update_ipt(model.base_model)
    for three, name in zip(importance.sensitivity, ("first", "second"), strict=True):
        (key,) = [n for n in allocator.exp_avg_ipt if name in n and "lora_E" in n]
        torch.testing.assert_close(three[0], allocator.exp_avg_ipt[key])
    reference.allocate(ours, importance.scores(), keep)
    allocator.mask_to_budget(model.base_model, keep)
    for our, layer in zip(ours, its, strict=True):
        assert torch.equal(our.lora_E, layer.lora_E["default"])
    assert sum(int((our.lora_E != 0).sum()) for our in ours) == keep
