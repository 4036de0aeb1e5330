"""The numbers in quantised_base.yaml: what quantising stores, loses and costs, and what slips make of it."""

from __future__ import annotations

import functools


def int8_round_trip(*, value: float, largest: float) -> float:
    """`value` after absmax quantisation to int8 and back, where `largest` is the largest magnitude of the tensor.

        scale = largest / 127        value' = round(value / scale) · scale

    Source: Dettmers et al. 2022 (LLM.int8()), which quantises by the absolute maximum; torch `round`.
    """
    import torch

    row = torch.tensor([value, -largest], dtype=torch.float64)
    scale = row.abs().max() / 127
    codes = torch.round(row / scale).to(torch.int8)
    return float((codes.double() * scale)[0])


def unchanged(*, value: float, largest: float) -> float:
    """As if the way back were exact."""
    del largest
    return value


def int8_truncated(*, value: float, largest: float) -> float:
    """With the fraction cut off instead of rounded."""
    scale = largest / 127
    return int(value / scale) * scale


def double_quantisation_gb(*, billions: float, block: int, second_block: int) -> float:
    """GB (10^9 bytes) that double quantisation saves for so many weights.

    A 32-bit constant for each `block` weights becomes one of 8 bits and a 32-bit one for each `second_block` of these:

        32 / block - (8 / block + 32 / (block · second_block))    bits a weight

    Source: Dettmers et al. 2023 (QLoRA).
    """
    return billions * (32 / block - 8 / block - 32 / (block * second_block)) / 8


def all_constants_gb(*, billions: float, block: int, second_block: int) -> float:
    """As if the constants vanished."""
    del second_block
    return billions * 32 / block / 8


def bits_taken_for_bytes(*, billions: float, block: int, second_block: int) -> float:
    """Without the division by 8."""
    return 8 * double_quantisation_gb(billions=billions, block=block, second_block=second_block)


@functools.cache
def _parameters(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int
) -> dict[str, int]:
    """Parameters of a Llama without tied embeddings, by what 4-bit loading makes of them."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    linear = sum(m.weight.numel() for m in model.model.modules() if isinstance(m, torch.nn.Linear))
    total = sum(p.numel() for p in model.parameters())
    return {"quantised": linear, "kept": total - linear}


def upcast_gb(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int) -> float:
    """GB (10^9 bytes) by which `prepare_model_for_kbit_training` makes a 4-bit model with a bf16 rest larger.

    2 bytes for each parameter that is not in 4 bits: embedding, output layer, norms.
    Source: peft `utils/other.py`, `prepare_model_for_kbit_training`; shapes: transformers `LlamaForCausalLM`.
    """
    sizes = _parameters(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=kv_heads, vocab=vocab
    )
    return 2 * sizes["kept"] / 1e9


def embedding_alone_gb(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int) -> float:
    """As if there were one matrix of the vocabulary."""
    del intermediate, layers, heads, kv_heads
    return 2 * vocab * hidden / 1e9


def after_upcast_gb(*, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int) -> float:
    """What these parameters take afterwards, not by how much more."""
    return 2 * upcast_gb(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=kv_heads, vocab=vocab
    )


def everything_upcast_gb(
    *, hidden: int, intermediate: int, layers: int, heads: int, kv_heads: int, vocab: int
) -> float:
    """As if the quantised weights were taken from half a byte to four, too."""
    sizes = _parameters(
        hidden=hidden, intermediate=intermediate, layers=layers, heads=heads, kv_heads=kv_heads, vocab=vocab
    )
    return (3.5 * sizes["quantised"] + 2 * sizes["kept"]) / 1e9
