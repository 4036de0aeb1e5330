"""long_context.py against tables of the steps, and against transformers where both agree."""

from __future__ import annotations

import math

import pytest

from questions.architecture import long_context


@pytest.mark.parametrize(
    ("length", "alpha"), [(4096, 1), (8192, 1), (8193, 3), (16384, 3), (16385, 7), (32768, 7), (40000, 15)]
)
def test_alpha_goes_up_in_steps(length: int, alpha: int) -> None:
    base = long_context.qwen_ntk_base(length=length, trained=8192, head_dim=128, base=10000)
    assert base == pytest.approx(10000 * alpha ** (64 / 63))
    slowest = 126 / 128
    assert (base / 10000) ** slowest == pytest.approx(alpha), "the slowest pair becomes alpha times slower"


def test_transformers_agrees_at_powers_of_two() -> None:
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    config = LlamaConfig(
        hidden_size=128,
        num_attention_heads=1,
        max_position_embeddings=8192,
        rope_parameters={"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0},
    )
    frequencies, _ = ROPE_INIT_FUNCTIONS["dynamic"](config, seq_len=32768)
    base = long_context.qwen_ntk_base(length=32768, trained=8192, head_dim=128, base=10000)
    assert frequencies[1].item() == pytest.approx(base ** (-2 / 128), rel=1e-5)


def test_logn_starts_beyond_the_trained_length() -> None:
    assert long_context.logn_factor(position=8192, trained=8192) == 1
    assert long_context.logn_factor(position=16384, trained=8192) == pytest.approx(14 / 13)
    assert long_context.logn_factor(position=9000, trained=8192) == pytest.approx(math.log(9000, 8192))
