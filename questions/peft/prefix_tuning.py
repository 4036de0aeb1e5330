"""The numbers in prefix_tuning.yaml, from peft on models without weights (meta device)."""

from __future__ import annotations

from typing import Any


def projected_parameters(*, hidden: int, layers: int, heads: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """How many parameters prefix tuning with `prefix_projection=True` trains under multi-head attention.

        n·d  +  (d·h + h)  +  (h·2·L·d + 2·L·d)    an embedding, a linear layer to h, tanh, a linear layer

    for n virtual tokens, hidden size d, L layers and `encoder_hidden_size` h.
    Source: peft `tuners/prefix_tuning/model.py`, `PrefixEncoder`.
    """
    model = _wrapped(
        hidden, layers, heads, heads, virtual_tokens, prefix_projection=True, encoder_hidden_size=encoder_hidden
    )
    trainable, _total = model.get_nb_trainable_parameters()
    return int(trainable)


def flat_table(*, hidden: int, layers: int, heads: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """Wrong here: what is trained without a projection, and what is saved with one."""
    return virtual_tokens * 2 * layers * hidden


def projection_of_one_layer(*, hidden: int, layers: int, heads: int, virtual_tokens: int, encoder_hidden: int) -> int:
    """Wrong: as if the output were one key and one value, the same for all layers."""
    d, h = hidden, encoder_hidden
    return virtual_tokens * d + d * h + h + h * 2 * d + 2 * d


def projection_from_full_width(
    *, hidden: int, layers: int, heads: int, virtual_tokens: int, encoder_hidden: int
) -> int:
    """Wrong for peft: as in ChatGLM2's encoder, whose embedding is already as wide as all layers together."""
    wide, h = 2 * layers * hidden, encoder_hidden
    return virtual_tokens * wide + wide * h + h + h * wide + wide


def cache_mebibytes(*, layers: int, heads: int, kv_heads: int, head_dim: int, virtual_tokens: int, batch: int) -> float:
    """MiB (2^20 bytes) of keys and values that a prefix puts into the cache of a bf16 model.

        batch · virtual_tokens · layers · 2 · kv_heads · head_dim · 2 bytes

    Counted on the cache that peft hands to the model: it repeats the prefix for each sequence of the batch.
    Source: peft `peft_model.py`, `get_prompt`.
    """
    model = _wrapped(heads * head_dim, layers, heads, kv_heads, virtual_tokens)
    held = [t for layer in model.get_prompt(batch).layers for t in (layer.keys, layer.values)]
    return float(sum(t.numel() * t.element_size() for t in held) / 2**20)


def cache_shared_by_the_batch(
    *, layers: int, heads: int, kv_heads: int, head_dim: int, virtual_tokens: int, batch: int
) -> float:
    """Wrong for peft: one copy for all sequences."""
    return virtual_tokens * layers * 2 * kv_heads * head_dim * 2 / 2**20


def cache_of_all_heads(
    *, layers: int, heads: int, kv_heads: int, head_dim: int, virtual_tokens: int, batch: int
) -> float:
    """Wrong: as if every query head had keys and values of its own."""
    return batch * virtual_tokens * layers * 2 * heads * head_dim * 2 / 2**20


def cache_of_keys_alone(
    *, layers: int, heads: int, kv_heads: int, head_dim: int, virtual_tokens: int, batch: int
) -> float:
    """Wrong: one vector for each layer and token instead of a key and a value."""
    return batch * virtual_tokens * layers * kv_heads * head_dim * 2 / 2**20


def _wrapped(hidden: int, layers: int, heads: int, kv_heads: int, virtual_tokens: int, **options: Any) -> Any:
    import torch
    from peft import PrefixTuningConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=8,
        hidden_size=hidden,
        intermediate_size=8,  # prefix tuning does not touch the feed-forward network
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
    )
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=virtual_tokens, **options)
    with torch.device("meta"):
        return get_peft_model(LlamaForCausalLM(shape).to(torch.bfloat16), config)
