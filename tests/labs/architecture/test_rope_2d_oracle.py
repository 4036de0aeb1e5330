"""The reference of the lab `rope-2d` against two calls of Llama's rotation, and positions against their definition."""

import importlib.util
from types import ModuleType

import pytest
import torch
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from labs.grading.catalogue import find_lab
from labs.grading.suite import rounding_error

BOS = 99


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rope_2d", find_lab("rope-2d").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _llamas_tables(head_dim: int, positions: torch.Tensor, base: float) -> tuple[torch.Tensor, torch.Tensor]:
    parameters = {"rope_type": "default", "rope_theta": base}
    config = LlamaConfig(hidden_size=head_dim, num_attention_heads=1, head_dim=head_dim, rope_parameters=parameters)
    return LlamaRotaryEmbedding(config)(torch.empty(0, dtype=torch.float32), positions)


@pytest.mark.parametrize("shape", [(1, 1, 1, 4), (2, 3, 7, 20), (3, 3, 3, 64), (1, 2, 33, 128)], ids=str)
@pytest.mark.parametrize("base", [10000.0, 300.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_rotation_is_llamas_on_each_half(reference, shape, base, dtype):
    batch, _, seq, head_dim = shape
    half = head_dim // 2
    generator = torch.Generator().manual_seed(seq)
    q, k = (torch.randn(shape, generator=generator).to(dtype) for _ in range(2))
    positions = torch.randint(0, 50, (batch, 2, seq), generator=generator)
    theirs = []
    for row, columns in enumerate((slice(half), slice(half, None))):
        tables = _llamas_tables(half, positions[:, row], base)
        theirs.append(apply_rotary_pos_emb(q.double()[..., columns], k.double()[..., columns], *tables))
    ours = reference.apply_rotary_2d(q, k, positions, base)
    for our, first, second, x in zip(ours, *theirs, (q, k), strict=True):
        assert our.dtype == dtype
        norm = torch.hypot(*x.double().unflatten(-1, (2, 2, -1)).unbind(-2))
        scale = torch.stack((norm, norm), dim=-2).flatten(-3)
        tolerance = 64.0 if dtype == torch.float32 else 1.0  # Llama's angles, up to 50, are float32
        assert rounding_error(our, torch.cat((first, second), dim=-1), scale=scale) <= tolerance


def test_scores_depend_on_both_distances_alone(reference):
    generator = torch.Generator().manual_seed(0)
    q, k = (torch.randn(1, 2, 6, 32, generator=generator, dtype=torch.float64) for _ in range(2))
    positions = torch.randint(0, 50, (1, 2, 6), generator=generator)

    def scores(shift: list[int]) -> torch.Tensor:
        shifted = positions + torch.tensor(shift).reshape(1, 2, 1)
        turned_q, turned_k = reference.apply_rotary_2d(q, k, shifted)
        return turned_q @ turned_k.mT

    torch.testing.assert_close(scores([1000, 7]), scores([0, 0]))
    assert not torch.allclose(reference.apply_rotary_2d(q, k, positions)[0] @ k.mT, scores([0, 0]))


def test_eight_tokens_by_hand(reference):
    # Five tokens of context, the mask at 4 or at 1.
    ids = torch.tensor([[1, 2, 3, 4, 5, BOS, 6, 7]] * 3)
    rows = reference.glm_position_ids(ids, BOS, [4, 4, 1], [False, True, False])
    assert rows[:, 0].tolist() == [[0, 1, 2, 3, 4, 4, 4, 4], list(range(8)), [0, 1, 2, 3, 4, 1, 1, 1]]
    assert rows[:, 1].tolist() == [[0, 0, 0, 0, 0, 1, 2, 3]] * 3


def test_positions_by_their_definition(reference):
    generator = torch.Generator().manual_seed(1)
    for _ in range(50):
        batch, seq = (int(torch.randint(low, 12, (), generator=generator)) for low in (1, 2))
        ids = torch.randint(0, BOS, (batch, seq), generator=generator)
        contexts = torch.randint(1, seq, (batch,), generator=generator).tolist()
        masks = [int(torch.randint(0, c, (), generator=generator)) for c in contexts]
        gmasks = torch.randint(0, 2, (batch,), generator=generator).bool().tolist()
        for b, c in enumerate(contexts):
            ids[b, c] = BOS
        rows = reference.glm_position_ids(ids, BOS, masks, gmasks)
        for b, (c, mask, gmask) in enumerate(zip(contexts, masks, gmasks, strict=True)):
            for n in range(seq):
                assert rows[b, 0, n] == (mask if n >= c and not gmask else n)
                assert rows[b, 1, n] == max(0, n - c + 1)
