"""The numbers in model_families.yaml, counted in models of transformers without weights (meta device)."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def llama_billions(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int) -> float:
    """Parameters of a Llama-type model with an output layer of its own, in billions (10^9).

        2 · vocab · hidden                                             embedding and output layer
        layers · (2 · hidden² + 2 · hidden · kv_heads · head_dim)      q and o; k and v
        layers · 3 · hidden · intermediate                             gate, up, down
        (2 · layers + 1) · hidden                                      norms

    Source: transformers `LlamaForCausalLM`.
    """
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    return _billions(LlamaForCausalLM, config)


def llama_billions_with_all_kv_heads(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int
) -> float:
    """The count if every query head had a key-value head of its own."""
    return llama_billions(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=heads, vocab=vocab
    )


def llama_billions_with_two_matrices(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int
) -> float:
    """The count if the feed-forward network had no gate."""
    whole = llama_billions(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=kv_heads, vocab=vocab
    )
    return whole - layers * hidden * intermediate / 1e9


def llama_billions_without_output_projection(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int
) -> float:
    """The count if attention consisted of q, k and v alone."""
    whole = llama_billions(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=kv_heads, vocab=vocab
    )
    return whole - layers * hidden**2 / 1e9


@cache
def gpt_billions(*, layers: int, hidden: int, vocab: int, positions: int) -> float:
    """Parameters of a GPT-2-type model in billions (10^9), its output layer tied to the embedding.

        12 · layers · hidden²  +  (vocab + positions) · hidden  +  biases and norms

    Source: transformers `GPT2LMHeadModel`.
    """
    from transformers import GPT2Config, GPT2LMHeadModel

    # The number of heads changes no size; 32 divides every width used here.
    config = GPT2Config(n_layer=layers, n_embd=hidden, n_head=32, vocab_size=vocab, n_positions=positions)
    return _billions(GPT2LMHeadModel, config)


def gpt_billions_of_feed_forward(*, layers: int, hidden: int, vocab: int, positions: int) -> float:
    """8 · layers · hidden²: the feed-forward networks alone."""
    return 8 * layers * hidden**2 / 1e9


def gpt_billions_of_attention(*, layers: int, hidden: int, vocab: int, positions: int) -> float:
    """4 · layers · hidden²: the attention alone."""
    return 4 * layers * hidden**2 / 1e9


def gpt_billions_with_gated_feed_forward(*, layers: int, hidden: int, vocab: int, positions: int) -> float:
    """16 · layers · hidden² and the embeddings: three matrices of width 4 · hidden instead of two."""
    whole = gpt_billions(layers=layers, hidden=hidden, vocab=vocab, positions=positions)
    return whole + 4 * layers * hidden**2 / 1e9


def _billions(model_class: Any, config: Any) -> float:
    import torch

    with torch.device("meta"):
        model = model_class(config)
    return sum(p.numel() for p in model.parameters()) / 1e9


def swiglu_width(*, hidden: int, multiple_of: int) -> int:
    """Width of Llama's feed-forward network: two thirds of 4 · hidden, rounded up to a multiple.

        multiple_of · ⌈ ⌊2 · 4 · hidden / 3⌋ / multiple_of ⌉

    Source: meta-llama/llama, `llama/model.py`, `FeedForward.__init__`.
    """
    width = int(2 * 4 * hidden / 3)
    return multiple_of * ((width + multiple_of - 1) // multiple_of)


def four_times_hidden(*, hidden: int, multiple_of: int) -> int:
    """The width of a network without a gate."""
    return 4 * hidden


def swiglu_width_unrounded(*, hidden: int, multiple_of: int) -> int:
    """Two thirds of 4 · hidden as it comes out."""
    return int(2 * 4 * hidden / 3)


def swiglu_width_rounded_down(*, hidden: int, multiple_of: int) -> int:
    """Rounded down instead of up."""
    return multiple_of * (int(2 * 4 * hidden / 3) // multiple_of)


def qwen_mlp_millions(*, hidden: int, intermediate_size: int) -> float:
    """Parameters of one `QWenMLP` (Qwen-1), in millions (10^6).

        3 · hidden · intermediate_size / 2      w1 (up), w2 (gate), c_proj (down), no biases

    Qwen-1's `intermediate_size` is the width of gate and up together.
    Source: Qwen's modeling_qwen.py, `QWenMLP.__init__`.
    """
    width = intermediate_size // 2
    w1 = w2 = hidden * width
    c_proj = width * hidden
    return (w1 + w2 + c_proj) / 1e6


def mlp_millions_at_face_value(*, hidden: int, intermediate_size: int) -> float:
    """The count if each of the three matrices had the width that the config says."""
    return 3 * hidden * intermediate_size / 1e6


def mlp_millions_with_two_matrices(*, hidden: int, intermediate_size: int) -> float:
    """The count of an MLP without a gate, of half the width."""
    return hidden * intermediate_size / 1e6
