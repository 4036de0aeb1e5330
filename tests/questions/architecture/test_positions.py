"""positions.py against the formula, and the claims of positions.yaml against transformers."""

from __future__ import annotations

import math

import pytest
import torch

from questions.architecture import positions


@pytest.mark.parametrize("head_dim", [64, 128])
@pytest.mark.parametrize("base", [1e4, 5e5, 1e6])
@pytest.mark.parametrize("context", [512, 4096, 32768])
def test_pairs_whose_wavelength_exceeds_the_context(head_dim: int, base: float, context: int) -> None:
    longer = [i for i in range(head_dim // 2) if 2 * math.pi * base ** (2 * i / head_dim) > context]
    assert positions.unfinished_pairs(head_dim=head_dim, base=base, context=context) == len(longer)


def test_numbers_of_the_explanation() -> None:
    assert 64 * math.log(4096 / (2 * math.pi)) / math.log(10000) == pytest.approx(45.03, abs=0.005)
    assert 2 * math.pi * 10000 ** (63 / 64) == pytest.approx(54410, abs=0.5)


def test_dynamic_ntk_acts_beyond_the_trained_length_and_slows_the_slowest_pair_most() -> None:
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    config = LlamaConfig(
        hidden_size=128,
        num_attention_heads=1,
        max_position_embeddings=4096,
        rope_parameters={"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0},
    )
    short, same, long = (
        ROPE_INIT_FUNCTIONS["dynamic"](config, torch.device("cpu"), seq_len=n)[0] for n in (1024, 4096, 16384)
    )
    torch.testing.assert_close(short, same)
    slowed = same / long
    assert slowed[0] == pytest.approx(1)
    assert (slowed.diff() > 0).all()


def test_where_position_enters() -> None:
    from transformers import BloomConfig, GPT2Config, GPT2Model, GPTNeoConfig, GPTNeoModel, T5Config
    from transformers.models.bloom.modeling_bloom import build_alibi_tensor
    from transformers.models.t5.modeling_t5 import T5Attention

    assert GPT2Config().n_positions == 1024
    with torch.device("meta"):
        for model in (
            GPT2Model(GPT2Config(n_layer=1)),
            GPTNeoModel(GPTNeoConfig(num_layers=2, attention_types=[[["global"], 2]])),
        ):
            assert isinstance(model.wpe, torch.nn.Embedding)

    heads = BloomConfig(n_head=4).n_head
    bias = build_alibi_tensor(torch.ones(1, 6, dtype=torch.long), heads, torch.float32).reshape(heads, 6)
    steps = bias.diff()
    torch.testing.assert_close(steps, steps[:, :1].expand_as(steps))  # linear
    assert (steps > 0).all()  # the further back, the lower

    t5 = T5Attention(T5Config(num_heads=4, d_model=16, d_kv=4), has_relative_attention_bias=True)
    assert t5.relative_attention_bias.weight.shape == (32, 4)  # buckets, heads
    assert t5.relative_attention_bias.weight.requires_grad
