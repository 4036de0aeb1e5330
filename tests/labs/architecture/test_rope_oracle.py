"""The reference of the lab `rope` against implementations that are not ours."""

import importlib.util
import math
from types import ModuleType

import pytest
import torch
from transformers import LlamaConfig
from transformers.models.gptj import modeling_gptj as gptj
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from labs.grading.catalogue import find_lab
from labs.grading.suite import rounding_error

SHAPES = [(1, 1, 1, 2), (2, 3, 7, 10), (3, 3, 3, 64), (1, 4, 33, 128)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rope_reference", find_lab("rope").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _llama_tables(head_dim: int, positions: torch.Tensor, base: float, dtype: torch.dtype) -> list[torch.Tensor]:
    """Llama's cos and sin for positions (batch, seq), in `dtype`."""
    parameters = {"rope_type": "default", "rope_theta": base}
    config = LlamaConfig(hidden_size=head_dim, num_attention_heads=1, head_dim=head_dim, rope_parameters=parameters)
    return list(LlamaRotaryEmbedding(config)(torch.empty(0, dtype=dtype), positions))


def _angles(head_dim: int, positions: torch.Tensor, base: float) -> torch.Tensor:
    """The angles, (..., seq, head_dim), by Python's own arithmetic."""
    frequencies = [base ** (-2 * i / head_dim) for i in range(head_dim // 2)]
    angles = [[p * f for f in frequencies * 2] for p in positions.flatten().tolist()]
    return torch.tensor(angles, dtype=torch.float64).reshape(*positions.shape, head_dim)


def _normal(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(shape[-1]), dtype=torch.float64).to(dtype)


def _pair_norm(x: torch.Tensor) -> torch.Tensor:
    return torch.hypot(*x.double().chunk(2, dim=-1)).tile(2)


@pytest.mark.parametrize("head_dim", [2, 10, 64, 96, 128])
@pytest.mark.parametrize("base", [10000.0, 500000.0])
@pytest.mark.parametrize("offset", [0, 3000, 100_000])
def test_tables_agree_with_llama(reference, head_dim, base, offset):
    positions = offset + torch.tensor([[4, 0, 9, 2], [7, 7, 1, 30]])
    for ours, llamas in zip(
        reference.rotary_tables(head_dim, positions, base),
        _llama_tables(head_dim, positions, base, torch.float32),
        strict=True,
    ):
        assert ours.dtype == llamas.dtype == torch.float32
        assert ours.shape == llamas.shape == (2, 4, head_dim)
        # Llama's angles are float32, and so off by a few eps of themselves.
        assert rounding_error(llamas, ours, scale=1 + _angles(head_dim, positions, base)) <= 8


def test_the_default_base_is_llamas(reference):
    config = LlamaConfig(hidden_size=64, num_attention_heads=1)
    assert config.rope_parameters["rope_theta"] == 10000.0
    cos, _ = reference.rotary_tables(64, torch.arange(9))
    assert torch.equal(cos, reference.rotary_tables(64, torch.arange(9), 10000.0)[0])


@pytest.mark.parametrize("positions", [[0, 1, 2, 40], [[100_000, 3], [0, 131_071]]], ids=["seq", "batch"])
def test_tables_are_rounded_once(reference, positions):
    positions = torch.tensor(positions)
    angles, one = _angles(80, positions, 10000.0), torch.ones(())
    for table, function in zip(reference.rotary_tables(80, positions), (math.cos, math.sin), strict=True):
        exact = angles.clone().apply_(function)
        assert rounding_error(table, exact, scale=one) <= 0.5


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_rotation_agrees_with_llama(reference, shape, dtype):
    batch, _, seq, head_dim = shape
    positions = 11 * torch.arange(batch * seq).reshape(batch, seq)
    q, k = _normal(*shape, dtype=dtype), _normal(*shape, dtype=dtype).flip(0, 2)
    cos, sin = _llama_tables(head_dim, positions, 10000.0, torch.float32)
    in_dtype = _llama_tables(head_dim, positions, 10000.0, dtype)
    for x, llamas in zip((q, k), apply_rotary_pos_emb(q, k, *in_dtype), strict=True):
        ours = reference.apply_rotary(x, cos, sin)
        assert ours.dtype == llamas.dtype == dtype
        # Llama computes in the dtype of x: cos and sin, two products and a sum are rounded.
        assert rounding_error(ours, llamas, scale=_pair_norm(x)) <= 3


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_table_for_all_rows_is_the_same_table_for_each(reference, shape):
    x = _normal(*shape)
    cos, sin = reference.rotary_tables(shape[3], torch.arange(shape[2]))
    rows = cos.expand(shape[0], *cos.shape), sin.expand(shape[0], *sin.shape)
    assert torch.equal(reference.apply_rotary(x, cos, sin), reference.apply_rotary(x, *rows))


def test_neighbours_as_pairs_are_the_same_rotation_after_a_permutation(reference):
    # GPT-J keeps x as (batch, seq, heads, head_dim), with one column a pair in sin and cos.
    x = _normal(2, 3, 7, 32)
    cos, sin = reference.rotary_tables(32, torch.arange(7))
    gptjs = gptj.apply_rotary_pos_emb(x.transpose(1, 2), sin[None, :, :16], cos[None, :, :16]).transpose(1, 2)
    to_halves = torch.cat((torch.arange(0, 32, 2), torch.arange(1, 32, 2)))  # even dimensions first, then the odd
    assert torch.equal(reference.apply_rotary(x[..., to_halves], cos, sin), gptjs[..., to_halves])
    assert not torch.allclose(reference.apply_rotary(x, cos, sin), gptjs, atol=0.1)


def test_by_hand(reference):
    # base 100 and head_dim 4: frequencies 1 and 0.1. At position 3 the angles are 3 and 0.3.
    cos, sin = reference.rotary_tables(4, torch.tensor([0, 3]), 100.0)
    assert cos.tolist() == [[1] * 4, pytest.approx([-0.9899925, 0.9553365, -0.9899925, 0.9553365], abs=1e-7)]
    assert sin.tolist() == [[0] * 4, pytest.approx([0.1411200, 0.2955202, 0.1411200, 0.2955202], abs=1e-7)]

    # (1, 0) turns to (cos 3, sin 3), and (0, 1) to (-sin 0.3, cos 0.3).
    x = torch.tensor([1.0, 0.0, 0.0, 1.0]).expand(1, 1, 2, 4)
    y = reference.apply_rotary(x, cos, sin)
    assert y[0, 0, 0].tolist() == [1, 0, 0, 1]
    assert y[0, 0, 1].tolist() == pytest.approx([-0.9899925, -0.2955202, 0.1411200, 0.9553365], abs=1e-7)


def test_position_zero_changes_nothing(reference):
    x = _normal(2, 3, 1, 64)
    assert torch.equal(reference.apply_rotary(x, *reference.rotary_tables(64, torch.tensor([0]))), x)


@pytest.mark.parametrize("shift", [1, 1000, 90_000])
def test_scores_depend_on_the_distance_alone(reference, shift):
    q, k = _normal(1, 2, 5, 64), _normal(1, 2, 5, 64).flip(3)
    positions = torch.tensor([3, 900, 14, 0, 77])

    def scores(positions):
        cos, sin = reference.rotary_tables(64, positions)
        return reference.apply_rotary(q, cos, sin) @ reference.apply_rotary(k, cos, sin).mT

    size = q.norm(dim=-1)[..., None] * k.norm(dim=-1)[..., None, :]
    here, there = scores(positions), scores(positions + shift)
    # The tables are float32, so each of the four that meet in a score is off by half an eps.
    assert rounding_error(there.float(), here, scale=size) <= 4
    # And it does depend on the distance: moving the keys alone changes the scores.
    cos, sin = reference.rotary_tables(64, positions)
    moved = reference.apply_rotary(k, *reference.rotary_tables(64, positions + shift))
    assert not torch.allclose(reference.apply_rotary(q, cos, sin) @ moved.mT, here, atol=0.1)


def test_norms_are_kept(reference):
    x = _normal(2, 3, 7, 80)
    y = reference.apply_rotary(x, *reference.rotary_tables(80, torch.randint(0, 100_000, (2, 7))))
    assert rounding_error(_pair_norm(y).float(), _pair_norm(x)) <= 2


def test_gradients_agree_with_finite_differences(reference):
    x = _normal(1, 2, 3, 6).requires_grad_()
    cos, sin = reference.rotary_tables(6, torch.tensor([2, 0, 50]))
    assert torch.autograd.gradcheck(lambda x: reference.apply_rotary(x, cos, sin), x)
