"""The reference of the lab `rope-interleaved` against GPT-J's rotation, and against Llama's for converted weights."""

import importlib.util
import math
from types import ModuleType

import pytest
import torch
from transformers.models.gptj import modeling_gptj as gptj
from transformers.models.llama import modeling_llama as llama

from labs.grading.catalogue import find_lab
from labs.grading.suite import rounding_error

SHAPES = [(1, 1, 1, 2), (2, 3, 7, 10), (3, 3, 3, 64), (1, 4, 33, 128)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rope_interleaved", find_lab("rope-interleaved").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _normal(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(shape[-1]), dtype=torch.float64).to(dtype)


def _angles(seq: int, head_dim: int) -> torch.Tensor:
    """Angles (seq, head_dim / 2), in float64."""
    return torch.arange(seq).double().unsqueeze(-1) * 10000 ** -(torch.arange(0, head_dim, 2).double() / head_dim)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_rotation_agrees_with_gptj(reference, shape, dtype):
    x, angles = _normal(*shape, dtype=dtype), _angles(shape[2], shape[3])
    # GPT-J keeps x as (batch, seq, heads, head_dim), and takes sin before cos, each (batch, seq, head_dim / 2).
    tables = [t.expand(shape[0], -1, -1) for t in (angles.sin(), angles.cos())]
    theirs = gptj.apply_rotary_pos_emb(x.double().transpose(1, 2), *tables).transpose(1, 2)
    ours = reference.apply_rotary_interleaved(x, angles.cos().float(), angles.sin().float())
    assert ours.dtype == dtype
    norm = torch.hypot(x.double()[..., 0::2], x.double()[..., 1::2]).repeat_interleave(2, dim=-1)
    coarseness = max(1.0, torch.finfo(torch.float32).eps / torch.finfo(dtype).eps)
    assert rounding_error(ours, theirs, scale=norm * coarseness) <= 1.5


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_p_turns_gptjs_layout_into_llamas(reference, shape):
    q, k, angles = _normal(*shape), _normal(*shape) + 1, _angles(shape[2], shape[3])
    tables = [torch.cat((t, t), dim=-1).unsqueeze(0) for t in (angles.cos(), angles.sin())]
    theirs = llama.apply_rotary_pos_emb(reference.interleaved_to_half(q), reference.interleaved_to_half(k), *tables)
    for x, rotated in zip((q, k), theirs, strict=True):
        ours = reference.apply_rotary_interleaved(x, angles.cos(), angles.sin())
        torch.testing.assert_close(reference.interleaved_to_half(ours), rotated)
        torch.testing.assert_close(ours, reference.half_to_interleaved(rotated))


@pytest.mark.parametrize(("heads", "kv_heads", "head_dim"), [(1, 1, 2), (4, 4, 6), (6, 2, 16), (3, 1, 10)])
def test_converted_projections_give_llamas_attention_the_same_scores(reference, heads, kv_heads, head_dim):
    x, angles = _normal(2, 5, 24), _angles(5, head_dim)
    w_q, w_k, bias = _normal(heads * head_dim, 24), _normal(kv_heads * head_dim, 24), _normal(heads * head_dim)

    def split(projected: torch.Tensor) -> torch.Tensor:
        return projected.unflatten(-1, (-1, head_dim)).transpose(1, 2)

    q, k = split(x @ w_q.T + bias), split(x @ w_k.T)
    q, k = (reference.apply_rotary_interleaved(t, angles.cos(), angles.sin()) for t in (q, k))
    scores = q @ llama.repeat_kv(k, heads // kv_heads).mT / math.sqrt(head_dim)

    w_q, w_k, bias = (reference.convert_projection(w, head_dim) for w in (w_q, w_k, bias))
    tables = [torch.cat((t, t), dim=-1).unsqueeze(0) for t in (angles.cos(), angles.sin())]
    q, k = llama.apply_rotary_pos_emb(split(x @ w_q.T + bias), split(x @ w_k.T), *tables)
    torch.testing.assert_close(q @ llama.repeat_kv(k, heads // kv_heads).mT / math.sqrt(head_dim), scores)


def test_twice_is_not_the_identity_but_for_two_and_four(reference):
    for head_dim in (2, 4, 6, 8, 16):
        x = torch.arange(head_dim)
        twice = reference.interleaved_to_half(reference.interleaved_to_half(x))
        assert torch.equal(twice, x) == (head_dim in (2, 4))
