"""The reference of the lab `dora` against peft's LoRA with `use_dora`."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dora_reference", find_lab("dora").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Model(nn.Module):
    def __init__(self, bias: bool) -> None:
        super().__init__()
        self.layer = nn.Linear(12, 7, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


def _both(reference, bias=True, r=3, alpha=8):
    """Our layer and peft's, as they are made, over the same base."""
    torch.manual_seed(0)
    model = _Model(bias)
    base = nn.Linear(12, 7, bias=bias)
    base.load_state_dict(model.layer.state_dict())
    config = LoraConfig(r=r, lora_alpha=alpha, target_modules=["layer"], use_dora=True)
    its = get_peft_model(model, config).base_model.model.layer.eval()
    return reference.DoRALinear(base, r, alpha), its


def _learnt(ours, its):
    torch.manual_seed(1)
    magnitude = its.lora_magnitude_vector["default"].weight
    with torch.no_grad():
        for our, its_own in (
            (ours.lora_A, its.lora_A["default"].weight),
            (ours.lora_B, its.lora_B["default"].weight),
            (ours.magnitude, magnitude),
        ):
            our.copy_(torch.rand_like(our) + 0.5)
            its_own.copy_(our)


def test_starts_as_peft_does(reference):
    ours, its = _both(reference)
    torch.testing.assert_close(ours.magnitude, its.lora_magnitude_vector["default"].weight)
    assert not its.lora_B["default"].weight.any()
    assert not ours.lora_B.any()


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("r", "alpha"), [(1, 1), (3, 8), (4, 2)])
def test_output_and_gradients_agree_with_peft(reference, bias, r, alpha):
    ours, its = _both(reference, bias, r, alpha)
    _learnt(ours, its)
    x = torch.randn(3, 5, 12)
    torch.testing.assert_close(ours(x), its(x))
    ours(x).square().sum().backward()
    its(x).square().sum().backward()
    torch.testing.assert_close(ours.lora_A.grad, its.lora_A["default"].weight.grad)
    torch.testing.assert_close(ours.lora_B.grad, its.lora_B["default"].weight.grad)
    torch.testing.assert_close(ours.magnitude.grad, its.lora_magnitude_vector["default"].weight.grad)


def test_merged_and_unmerged_weights_agree_with_peft(reference):
    ours, its = _both(reference)
    before = ours.base.weight.clone()
    _learnt(ours, its)
    ours.merge()
    its.merge()
    torch.testing.assert_close(ours.base.weight, its.base_layer.weight)
    ours.unmerge()
    its.unmerge()
    torch.testing.assert_close(its.base_layer.weight, before)  # peft computes back, ours is a copy
    assert torch.equal(ours.base.weight, before)
