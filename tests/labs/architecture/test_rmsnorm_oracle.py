"""The reference of the lab `rmsnorm` against implementations that are not ours."""

import importlib.util
import math
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from labs.grading.catalogue import find_lab
from labs.grading.suite import rounding_error


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rmsnorm_reference", find_lab("rmsnorm").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _norm_with(cls: type[torch.nn.Module], weight: torch.Tensor, eps: float) -> torch.nn.Module:
    norm = cls(weight.numel(), eps=eps).to(weight.dtype)
    norm.load_state_dict({"weight": weight})
    return norm


SHAPES = [(16,), (1, 1, 1), (3, 7, 33), (2, 3, 4, 128)]
DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]
EPS_AND_SIZES = [(1e-6, 1.0), (1e-5, 3e-3), (1e-6, 300.0)]


def _inputs(shape: tuple[int, ...], dtype: torch.dtype, size: float) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(len(shape))
    x = torch.randn(shape, generator=generator, dtype=torch.float64) * size
    weight = torch.randn(shape[-1], generator=generator, dtype=torch.float64)
    return x.to(dtype), weight.to(dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize(("eps", "size"), EPS_AND_SIZES)
def test_agrees_with_llama(reference, shape, dtype, eps, size):
    # float64 is left out: Llama's statistics are float32 there.
    x, weight = _inputs(shape, dtype, size)
    ours = _norm_with(reference.RMSNorm, weight, eps)(x)
    llamas = _norm_with(LlamaRMSNorm, weight, eps)(x)
    assert ours.dtype == llamas.dtype == dtype
    # Llama rounds before the weight and once more after it.
    assert rounding_error(ours, llamas) <= 2


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(("eps", "size"), EPS_AND_SIZES)
def test_agrees_with_the_library(reference, shape, dtype, eps, size):
    x, weight = _inputs(shape, dtype, size)
    ours = _norm_with(reference.RMSNorm, weight, eps)(x)
    librarys = F.rms_norm(x, (shape[-1],), weight, eps)
    assert ours.dtype == librarys.dtype == dtype
    assert rounding_error(ours, librarys) <= 4


def test_one_to_four_by_hand(reference):
    # The mean of 1, 4, 9, 16 is 7.5, its root 2.738613.
    y = reference.RMSNorm(4)(torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64))
    assert y.tolist() == pytest.approx([0.365148, 0.730297, 1.095445, 1.460593], abs=1e-6)


def test_eps_stands_under_the_root(reference):
    y = reference.RMSNorm(2, eps=1e-6)(torch.tensor([1e-3, -1e-3], dtype=torch.float64))
    assert y.tolist() == pytest.approx([math.sqrt(0.5), -math.sqrt(0.5)], rel=1e-12)


def test_gradients_agree_with_finite_differences(reference):
    generator = torch.Generator().manual_seed(0)
    norm = reference.RMSNorm(5, eps=1e-2).double()
    x = torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    weight = torch.randn(5, generator=generator, dtype=torch.float64)
    x[0, 1] = 0
    assert torch.autograd.gradcheck(
        lambda x, weight: torch.func.functional_call(norm, {"weight": weight}, (x,)),
        (x.requires_grad_(), weight.requires_grad_()),
    )


def test_scale_does_not_matter_and_shift_does(reference):
    norm = reference.RMSNorm(64, eps=0.0)
    x = torch.randn(3, 64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(norm(8 * x), norm(x))
    assert not torch.allclose(norm(x + 5), norm(x), atol=0.1)
