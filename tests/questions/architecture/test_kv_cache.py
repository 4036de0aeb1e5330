"""kv_cache.py against the formula, and the rest of kv_cache.yaml against attention written out."""

from __future__ import annotations

import pytest
import torch

from questions.architecture import kv_cache


@pytest.mark.parametrize(
    ("layers", "hidden", "heads", "kv_heads", "batch", "tokens"),
    [
        (2, 64, 8, 8, 3, 5),
        (3, 64, 8, 2, 1, 7),
        (2, 96, 6, 1, 2, 4),
        (80, 8192, 64, 8, 8, 4096),
        (80, 8192, 64, 64, 8, 64),
    ],
)
def test_two_bytes_for_each_key_and_value(
    layers: int, hidden: int, heads: int, kv_heads: int, batch: int, tokens: int
) -> None:
    expected = 2 * layers * kv_heads * (hidden // heads) * 2 * batch * tokens
    gib = kv_cache.cache_gib(layers=layers, hidden=hidden, heads=heads, kv_heads=kv_heads, batch=batch, tokens=tokens)
    assert gib * 2**30 == pytest.approx(expected)


def test_a_cache_with_values_takes_the_same() -> None:
    """Second source: a real forward pass, one token after the other."""
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = {"num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=8, intermediate_size=8, **shape)).to(torch.bfloat16)
    cache = None
    for _ in range(3):
        cache = model(torch.zeros(2, 1, dtype=torch.long), past_key_values=cache, use_cache=True).past_key_values
    held = sum(t.numel() * t.element_size() for layer in cache.layers for t in (layer.keys, layer.values))
    expected = kv_cache.cache_gib(layers=2, hidden=32, heads=4, kv_heads=2, batch=2, tokens=3)
    assert held == pytest.approx(expected * 2**30)


def test_causal_flag_is_aligned_at_the_top_left() -> None:
    """Second source: softmax written out, with the mask that the explanation calls right and with the flag's."""
    values = torch.arange(1.0, 6.0)
    for aligned, expected in ((0, [1.0, 1.5]), (3, [2.5, 3.0])):
        visible = torch.ones(2, 5).tril(diagonal=aligned).bool()
        weights = torch.zeros(2, 5).masked_fill(~visible, float("-inf")).softmax(-1)
        assert (weights @ values).tolist() == pytest.approx(expected)


def test_arithmetic_of_the_open_question() -> None:
    a_token = 2 * 40 * 5120 * 2
    assert a_token == 819_200
    everything = a_token * 16 * 8192
    assert everything / 1e9 == pytest.approx(107, abs=0.5)
    assert everything / 5 / 1e9 == pytest.approx(21, abs=0.5)
    assert everything / 2 / 1e9 == pytest.approx(54, abs=0.5)
    assert (everything + 2 * 13e9) / 1e9 == pytest.approx(133, abs=0.5)
