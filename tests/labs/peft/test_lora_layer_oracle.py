"""The reference of the lab `lora-layer` against peft's own layer, and against values worked out by hand."""

import copy
import importlib.util
from types import ModuleType

import peft.tuners.lora
import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import nn

from labs.grading.catalogue import find_lab
from labs.grading.suite import rounding_error


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lora_layer_reference", find_lab("lora-layer").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _base(size_in: int, size_out: int, bias: bool = True, dtype: torch.dtype = torch.float32) -> nn.Linear:
    base = nn.Linear(size_in, size_out, bias=bias, dtype=dtype)
    generator = torch.Generator().manual_seed(size_in)
    with torch.no_grad():
        for parameter in base.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return base


def _pefts_layer(base: nn.Linear, r: int, alpha: float, dropout: float = 0.0) -> peft.tuners.lora.Linear:
    config = LoraConfig(r=r, lora_alpha=alpha, lora_dropout=dropout, target_modules=["linear"])  # type: ignore[arg-type]
    model = inject_adapter_in_model(config, nn.ModuleDict({"linear": copy.deepcopy(base)}))
    layer = model["linear"]
    assert isinstance(layer, peft.tuners.lora.Linear)
    return layer


def _pair(
    reference: ModuleType, size_in: int, size_out: int, r: int, alpha: float, **base: object
) -> tuple[nn.Module, peft.tuners.lora.Linear]:
    """Our layer and peft's over the same base, with the same adapter, both in evaluation mode."""
    linear = _base(size_in, size_out, **base)  # type: ignore[arg-type]
    ours = reference.LoRALinear(copy.deepcopy(linear), r, alpha)
    pefts = _pefts_layer(linear, r, alpha)
    generator = torch.Generator().manual_seed(r)
    with torch.no_grad():
        for our, its in ((ours.lora_A, pefts.lora_A), (ours.lora_B, pefts.lora_B)):
            our.copy_(torch.randn(our.shape, generator=generator))
            its["default"].weight.copy_(our)
            assert its["default"].weight.dtype == our.dtype
    return ours.eval(), pefts.eval()


def _x(size_in: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(2, 5, size_in, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(dtype)


def _sum_of_terms(ours: nn.Module, x: torch.Tensor) -> torch.Tensor:
    absolute = copy.deepcopy(ours).double()
    with torch.no_grad():
        for parameter in absolute.parameters():
            parameter.abs_()
        return absolute(x.double().abs())


SIZES = [(24, 40, 4, 8), (40, 24, 8, 4.0), (33, 7, 1, 16), (5, 5, 3, 1.0), (6, 4, 9, 2)]


@pytest.mark.filterwarnings("ignore:All adapters are already merged")
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_agrees_with_peft_merged_and_unmerged(reference, sizes, bias, dtype):
    ours, pefts = _pair(reference, *sizes, bias=bias, dtype=dtype)
    x = _x(sizes[0], dtype)
    scale = _sum_of_terms(ours, x)
    for step in (None, "merge", "merge", "unmerge", "merge"):
        if step:
            getattr(ours, step)()
            getattr(pefts, step)()
        assert ours(x).dtype == pefts(x).dtype == dtype
        assert rounding_error(ours(x), pefts(x), scale=scale) <= 2


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_gradients_agree_with_peft(reference, sizes):
    ours, pefts = (layer.double() for layer in _pair(reference, *sizes))
    grad = _x(sizes[1], torch.float64)
    x, its_x = (_x(sizes[0], torch.float64).requires_grad_() for _ in range(2))
    ours(x).backward(grad)
    pefts(its_x).backward(grad)
    torch.testing.assert_close(x.grad, its_x.grad)
    torch.testing.assert_close(ours.lora_A.grad, pefts.lora_A["default"].weight.grad)
    torch.testing.assert_close(ours.lora_B.grad, pefts.lora_B["default"].weight.grad)


def test_dropout_is_where_peft_has_it(reference):
    ours, pefts = _pair(reference, 24, 40, 4, 8)
    ours.dropout.p = 0.3
    pefts.lora_dropout["default"] = nn.Dropout(0.3)
    outputs = []
    for layer in (ours.train(), pefts.train()):
        torch.manual_seed(0)
        outputs.append(layer(_x(24)))
    torch.testing.assert_close(*outputs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_starts_as_peft_does(reference, dtype):
    base = _base(64, 48, dtype=dtype)
    layers = []
    for make in (reference.LoRALinear, _pefts_layer):
        torch.manual_seed(0)
        layers.append(make(copy.deepcopy(base), 8, 16))
    ours, pefts = layers
    assert not ours.lora_B.any()
    assert not pefts.lora_B["default"].weight.any()
    # Uniform in +-1 / sqrt(in), as nn.Linear starts: both reach out to the bound and never beyond it.
    for lora_a in (ours.lora_A, pefts.lora_A["default"].weight):
        assert 0.9 / 8 < lora_a.abs().max() <= 1 / 8


def test_trains_what_peft_trains(reference):
    linear = _base(24, 40)
    ours, pefts = reference.LoRALinear(copy.deepcopy(linear), 4, 8), _pefts_layer(linear, 4, 8)
    trained = [{p.shape for p in layer.parameters() if p.requires_grad} for layer in (ours, pefts)]
    assert trained[0] == trained[1] == {(4, 24), (40, 4)}


def test_by_hand(reference):
    # W x = (5, 11), A x = 3, B A x = (3, -6), alpha / r = 0.5: (5 + 0.5 + 1.5, 11 - 3).
    base = nn.Linear(2, 2)
    with torch.no_grad():
        base.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        base.bias.copy_(torch.tensor([0.5, 0.0]))
    layer = reference.LoRALinear(base, 2, 1.0)
    with torch.no_grad():
        layer.lora_A.copy_(torch.tensor([[1.0, 1.0], [0.0, 0.0]]))
        layer.lora_B.copy_(torch.tensor([[1.0, 5.0], [-2.0, 5.0]]))
    x = torch.tensor([1.0, 2.0])
    assert layer(x).tolist() == [7.0, 8.0]
    layer.merge()
    assert layer(x).tolist() == [7.0, 8.0]
    assert base.weight.tolist() == [[1.5, 2.5], [2.0, 3.0]]
    layer.unmerge()
    assert base.weight.tolist() == [[1.0, 2.0], [3.0, 4.0]]
