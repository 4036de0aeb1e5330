"""model_families.py: the formulas of ours against modules and against the widths of released models."""

from __future__ import annotations

import pytest
from torch import nn

from questions.architecture import model_families


@pytest.mark.parametrize(("hidden", "width"), [(4096, 11008), (5120, 13824), (6656, 17920), (8192, 22016)])
def test_widths_of_the_first_llamas(hidden: int, width: int) -> None:
    assert model_families.swiglu_width(hidden=hidden, multiple_of=256) == width


def test_a_qwen_mlp_is_three_linear_layers_of_half_the_width() -> None:
    hidden, intermediate_size = 64, 96
    layers = [
        nn.Linear(hidden, intermediate_size // 2, bias=False),
        nn.Linear(hidden, intermediate_size // 2, bias=False),
        nn.Linear(intermediate_size // 2, hidden, bias=False),
    ]
    counted = sum(layer.weight.numel() for layer in layers)
    computed = model_families.qwen_mlp_millions(hidden=hidden, intermediate_size=intermediate_size)
    assert computed * 1e6 == pytest.approx(counted)


def test_models_agree_with_the_formulas_in_the_explanations() -> None:
    llama = model_families.llama_billions(hidden=64, intermediate=96, layers=3, heads=4, kv_heads=2, vocab=100)
    layer = 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96 + 2 * 64
    assert llama * 1e9 == pytest.approx(2 * 100 * 64 + 3 * layer + 64)

    gpt = model_families.gpt_billions(layers=96, hidden=12288, vocab=50257, positions=2048)
    assert gpt * 1e9 == pytest.approx(12 * 96 * 12288**2 + (50257 + 2048) * 12288, rel=1e-3)
