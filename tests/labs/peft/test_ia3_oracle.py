"""The reference of the lab `ia3` against peft's (IA)^3 of a small model."""

import importlib.util
import warnings
from types import ModuleType

import pytest
import torch
from peft import IA3Config, get_peft_model
from torch import nn

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ia3_reference", find_lab("ia3").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Model(nn.Module):
    def __init__(self, bias: bool, dtype: torch.dtype) -> None:
        super().__init__()
        self.layer = nn.Linear(12, 7, bias=bias, dtype=dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


def _both(reference, feedforward, bias, dtype=torch.float32, zero=False):
    """Our layer and peft's over the same base, with the same vector."""
    torch.manual_seed(0)
    model = _Model(bias, dtype)
    base = nn.Linear(12, 7, bias=bias, dtype=dtype)
    base.load_state_dict(model.layer.state_dict())
    config = IA3Config(target_modules=["layer"], feedforward_modules=["layer"] if feedforward else [])
    its, ours = get_peft_model(model, config).base_model.model.layer, reference.IA3Linear(base, feedforward)
    vector = torch.randn(12 if feedforward else 7)
    vector[0] = 0.0 if zero else 1.0
    assert its.ia3_l["default"].dtype == ours.ia3_l.dtype == torch.float32
    assert torch.equal(its.ia3_l["default"].flatten(), ours.ia3_l)  # both begin at one
    with torch.no_grad():
        ours.ia3_l.copy_(vector)
        its.ia3_l["default"].copy_(vector.reshape(its.ia3_l["default"].shape))
    return ours, its


@pytest.mark.parametrize("feedforward", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_output_and_gradients_agree_with_peft(reference, feedforward, bias):
    ours, its = _both(reference, feedforward, bias)
    x = torch.randn(3, 5, 12)
    torch.testing.assert_close(ours(x), its(x))
    ours(x).square().sum().backward()
    its(x).square().sum().backward()
    torch.testing.assert_close(ours.ia3_l.grad, its.ia3_l["default"].grad.flatten())


@pytest.mark.parametrize("feedforward", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_merged_weights_agree_with_peft(reference, feedforward, dtype):
    ours, its = _both(reference, feedforward, bias=True, dtype=dtype)
    ours.merge()
    its.merge()
    assert torch.equal(ours.base.weight, its.base_layer.weight)
    assert torch.equal(ours.base.bias, its.base_layer.bias)
    x = torch.randn(3, 12).to(dtype)
    assert torch.equal(ours(x), its(x))


def test_unmerging_is_exact_where_that_of_peft_is_not(reference):
    ours, its = _both(reference, feedforward=False, bias=True, zero=True)
    before = ours.base.weight.clone()
    ours.merge()
    its.merge()
    ours.unmerge()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        its.unmerge()
    assert torch.equal(ours.base.weight, before)
    assert not torch.allclose(its.base_layer.weight, before)
    assert not its.base_layer.weight[0].any()  # what was multiplied by zero stays zero
