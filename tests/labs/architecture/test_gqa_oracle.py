"""The reference of the lab `gqa` against LlamaAttention in transformers and PyTorch's own grouped attention."""

import importlib.util
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaAttention

from labs.grading.catalogue import find_lab

GROUPS = [(4, 4), (4, 2), (4, 1), (6, 3)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gqa", find_lab("gqa").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


@pytest.mark.parametrize(("heads", "kv_heads"), GROUPS)
def test_agrees_with_llama_and_pytorch(reference, heads, kv_heads):
    config = LlamaConfig(
        hidden_size=heads * 4, num_attention_heads=heads, num_key_value_heads=kv_heads, attn_implementation="eager"
    )
    llamas = LlamaAttention(config, layer_idx=0).double().eval()
    ours = reference.GroupedQueryAttention(heads * 4, heads, kv_heads).double()
    ours.load_state_dict(llamas.state_dict())  # strict: the names and shapes are Llama's
    x = _normal(2, 5, heads * 4)
    nowhere = (torch.ones(1, 5, 4, dtype=torch.float64), torch.zeros(1, 5, 4, dtype=torch.float64))  # cos 1, sin 0
    mask = torch.full((5, 5), -torch.inf, dtype=torch.float64).triu(1)
    theirs = llamas(x, position_embeddings=nowhere, attention_mask=mask)[0]
    # Llama's softmax is float32 whatever its inputs are.
    torch.testing.assert_close(ours(x), theirs, rtol=1e-6, atol=1e-6)
    q, k, v = (p(x).unflatten(-1, (-1, 4)).transpose(1, 2) for p in (ours.q_proj, ours.k_proj, ours.v_proj))
    grouped = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    torch.testing.assert_close(ours(x), ours.o_proj(grouped.transpose(1, 2).flatten(2)))


def test_heads_that_are_alike_are_pooled_without_loss(reference):
    # A multi-head layer whose heads are the same within each group computes what its pooled layer does.
    many, few = reference.GroupedQueryAttention(12, 6, 6).double(), reference.GroupedQueryAttention(12, 6, 2).double()
    state = few.state_dict()
    copied = {
        name: w.unflatten(0, (2, 2)).repeat_interleave(3, dim=0).flatten(0, 1) if name[0] in "kv" else w
        for name, w in state.items()
    }
    many.load_state_dict(copied)
    for name in ("k_proj.weight", "v_proj.weight"):
        torch.testing.assert_close(reference.pool_kv_heads(copied[name], 6, 2), state[name])
    x = _normal(2, 5, 12)
    torch.testing.assert_close(many(x), few(x))


@pytest.mark.parametrize(
    ("sizes", "kib"), [((80, 64, 8, 128, 1, 1), 320), ((32, 32, 32, 128, 1, 1), 512), ((28, 32, 2, 128, 1, 1), 28)]
)
def test_published_models(reference, sizes, kib):
    # Llama 2 70B, Llama 2 7B, ChatGLM2-6B: bytes a token in half precision.
    assert reference.kv_cache_bytes(*sizes) == kib * 1024
