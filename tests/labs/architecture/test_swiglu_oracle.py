"""The reference of the lab `swiglu` against Llama's and GLM's layers in transformers, and against published widths."""

import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from transformers import GlmConfig, LlamaConfig
from transformers.models.glm.modeling_glm import GlmMLP
from transformers.models.llama.modeling_llama import LlamaMLP

from labs.grading.catalogue import find_lab

SIZES = [(24, 40), (18, 7), (1, 3), (64, 172)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("swiglu", find_lab("swiglu").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def _ours(reference: ModuleType, state: dict[str, torch.Tensor]) -> torch.nn.Module:
    width, hidden = state["gate_proj.weight"].shape
    layer = reference.SwiGLU(hidden, width).double()
    layer.load_state_dict(state)  # strict: the names and shapes are Llama's
    return layer


@pytest.mark.parametrize(("hidden", "width"), SIZES)
def test_agrees_with_llama(reference, hidden, width):
    llamas = LlamaMLP(LlamaConfig(hidden_size=hidden, intermediate_size=width, num_attention_heads=1)).double()
    ours = _ours(reference, llamas.state_dict())
    x, grad = _normal(2, 5, hidden), _normal(2, 5, hidden)
    torch.testing.assert_close(ours(x), llamas(x))
    for layer in (ours, llamas):
        layer(x).backward(grad)
    for name, parameter in llamas.named_parameters():
        torch.testing.assert_close(ours.get_parameter(name).grad, parameter.grad)


@pytest.mark.parametrize(("hidden", "width"), SIZES)
def test_chatglm2s_weights_in_our_layer_are_glms(reference, hidden, width):
    # GLM in transformers keeps ChatGLM2's fused weight under another name.
    glms = GlmMLP(GlmConfig(hidden_size=hidden, intermediate_size=width)).double()
    fused = {
        "dense_h_to_4h.weight": glms.gate_up_proj.weight.detach(),
        "dense_4h_to_h.weight": glms.down_proj.weight.detach(),
    }
    x = _normal(3, hidden)
    torch.testing.assert_close(_ours(reference, reference.from_chatglm2(fused))(x), glms(x))


@pytest.mark.parametrize(("hidden", "width"), SIZES)
def test_qwens_weights_in_our_layer_give_what_qwen_computes(reference, hidden, width):
    # QWenMLP.forward: a1 = w1(x), a2 = w2(x), c_proj(a1 * silu(a2)).
    w1, w2, c_proj, x = _normal(width, hidden), _normal(width, hidden) + 1, _normal(hidden, width), _normal(3, hidden)
    qwens = ((x @ w1.T) * F.silu(x @ w2.T)) @ c_proj.T
    state = {"w1.weight": w1, "w2.weight": w2, "c_proj.weight": c_proj}
    torch.testing.assert_close(_ours(reference, reference.from_qwen(state))(x), qwens)


@pytest.mark.parametrize(
    ("hidden", "given", "width"),
    [
        (4096, {}, LlamaConfig().intermediate_size),  # Llama 2 7B, which the default configuration describes
        (5120, {}, 13824),  # Llama 2 13B
        (8192, {"multiple_of": 4096, "multiplier": 1.3}, 28672),  # Llama 2 70B
        (4096, {"multiple_of": 1024, "multiplier": 1.3}, 14336),  # Llama 3 8B
    ],
)
def test_widths_of_released_models(reference, hidden, given, width):
    assert reference.ffn_width(hidden, **given) == width
