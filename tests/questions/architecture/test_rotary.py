"""The hand-written module of rotary.yaml, wrong and mended, beside transformers'; and how far bf16 skips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from questions.architecture import rotary
from quiz.bank.schema import Question, SpotTheLine

Find = Callable[[str, str], Question]


def test_rotary_module_by_hand(question: Find) -> None:
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

    asked = question("architecture/rotary", "rotary-module-by-hand")
    assert isinstance(asked, SpotTheLine)
    x = torch.randn(7, 16)
    cos, sin = LlamaRotaryEmbedding(LlamaConfig(hidden_size=16, num_attention_heads=1))(x, torch.arange(7)[None])
    expected = apply_rotary_pos_emb(x[None, None], x[None, None], cos, sin)[0][0, 0]

    def run(lines: list[str]) -> Any:
        scope: dict[str, Any] = {"torch": torch}
        exec("\n".join(lines), scope)
        return scope["apply"](x, *scope["RotaryEmbedding"](16)(7))

    lines = asked.code.splitlines()
    right = lines.copy()
    exponent, layout = (line - 1 for line in asked.wrong_lines)
    right[exponent] = lines[exponent].replace("torch.arange(dim // 2)", "torch.arange(0, dim, 2)")
    right[layout] = lines[layout].replace("angles.repeat_interleave(2, dim=-1)", "torch.cat((angles, angles), dim=-1)")
    torch.testing.assert_close(run(right), expected)
    for mended in exponent, layout:
        one = lines.copy()
        one[mended] = right[mended]
        assert not torch.allclose(run(one), expected, atol=1e-3)


def test_slowest_pair_of_the_wrong_exponent() -> None:
    too_fast = 10000.0 ** (126 / 128 - 63 / 128)
    assert too_fast == pytest.approx(93, abs=0.5)


@pytest.mark.parametrize("position", [2053, 4107, 8213])
def test_bf16_keeps_eight_bits(position: int) -> None:
    step = 2 ** (position.bit_length() - 8)
    error = min(position % step, step - position % step)
    assert rotary.position_error(position=position) == error
    assert rotary.position_spacing(position=position) == step
