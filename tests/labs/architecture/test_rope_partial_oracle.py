"""The reference of the lab `rope-partial` against GLM in transformers, which rotates as ChatGLM2 does."""

import importlib.util
from types import ModuleType

import pytest
import torch
from transformers import GlmConfig
from transformers.models.glm.modeling_glm import GlmRotaryEmbedding, apply_rotary_pos_emb

from labs.grading.catalogue import find_lab
from labs.grading.suite import rounding_error

HEAD_DIMS = [4, 12, 64, 128]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rope_partial", find_lab("rope-partial").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _glms_tables(head_dim: int, positions: torch.Tensor, base: float) -> tuple[torch.Tensor, torch.Tensor]:
    """GLM's cos and sin (batch, seq, head_dim / 2), every angle twice, for positions (batch, seq)."""
    parameters = {"rope_type": "default", "rope_theta": base, "partial_rotary_factor": 0.5}
    config = GlmConfig(hidden_size=head_dim, num_attention_heads=1, head_dim=head_dim, rope_parameters=parameters)
    return GlmRotaryEmbedding(config)(torch.empty(0), positions)


def _normal(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(shape[-1]), dtype=torch.float64).to(dtype)


def _pair_norm(x: torch.Tensor) -> torch.Tensor:
    norm = torch.hypot(x.double()[..., 0::2], x.double()[..., 1::2]).repeat_interleave(2, dim=-1)
    return norm


@pytest.mark.parametrize("head_dim", HEAD_DIMS)
@pytest.mark.parametrize("base", [10000.0, 500.0])
@pytest.mark.parametrize("offset", [0, 3000, 100_000])
def test_cache_agrees_with_glm(reference, head_dim, base, offset):
    positions = offset + torch.tensor([[4, 0, 9, 2], [7, 7, 1, 30]])
    ours = reference.rope_cache(head_dim, positions, base)
    assert ours.shape == (2, 4, head_dim // 4, 2)
    rotary_dim = head_dim // 2
    frequencies = base ** -(torch.arange(0, rotary_dim, 2).double() / rotary_dim)
    scale = 1 + positions.double().unsqueeze(-1) * frequencies
    for our, table in zip(ours.unbind(-1), _glms_tables(head_dim, positions, base), strict=True):
        assert rounding_error(table[..., : head_dim // 4], our, scale=scale) <= 8


@pytest.mark.parametrize("head_dim", HEAD_DIMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_rotation_agrees_with_glm(reference, head_dim, dtype):
    positions = torch.tensor([[0, 1, 2, 3, 50], [7, 8, 9, 10, 11]])
    q, k = _normal(2, 6, 5, head_dim, dtype=dtype), _normal(2, 2, 5, head_dim, dtype=dtype)
    cos, sin = _glms_tables(head_dim, positions, 10000.0)
    theirs = apply_rotary_pos_emb(q.double(), k.double(), cos.double(), sin.double())
    cache = reference.rope_cache(head_dim, positions)
    for x, rotated in zip((q, k), theirs, strict=True):
        ours = reference.apply_partial_rotary(x, cache)
        assert ours.dtype == dtype
        assert torch.equal(ours[..., head_dim // 2 :], x[..., head_dim // 2 :])
        tolerance = 32.0 if dtype == torch.float32 else 1.0  # GLM's angles are float32
        assert rounding_error(ours, rotated, scale=_pair_norm(x)) <= tolerance


def test_decoding_step_by_step_is_the_whole_run(reference):
    q, k = _normal(1, 4, 9, 32), _normal(1, 2, 9, 32)
    whole = reference.rotate_query_key(q, k, 0)
    for start, stop in ((0, 4), (4, 5), (5, 9)):
        chunk = reference.rotate_query_key(q[:, :, start:stop], k[:, :, start:stop], start)
        for part, full in zip(chunk, whole, strict=True):
            assert torch.equal(part, full[:, :, start:stop])


def test_of_128_dimensions_32_pairs_turn(reference):
    # ChatGLM2-6B: kv_channels 128.
    x, cache = _normal(1, 1, 1, 128), reference.rope_cache(128, torch.tensor([5]))
    assert cache.shape == (1, 32, 2)
    changed = (reference.apply_partial_rotary(x, cache) != x).flatten()
    assert changed[:64].all()
    assert not changed[64:].any()
