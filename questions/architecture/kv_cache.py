"""The numbers in kv_cache.yaml, counted in the cache that transformers fills."""

from __future__ import annotations

GIB = 2**30


def cache_gib(*, layers: int, hidden: int, heads: int, kv_heads: int, batch: int, tokens: int) -> float:
    """GiB (2^30 bytes) that keys and values of `batch` sequences of `tokens` tokens take in bf16.

        2 · layers · kv_heads · head_dim · 2 bytes      for each token of each sequence

    K and V make the first 2; head_dim = hidden / heads. The number of query heads does not appear.
    Source: transformers `DynamicCache` after a forward pass of Llama (`LlamaAttention.forward`).

    The pass runs on the meta device: every shape and dtype is there, no number is.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=8,
        hidden_size=hidden,
        intermediate_size=8,  # the cache holds nothing of the feed-forward network
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        max_position_embeddings=tokens,
    )
    with torch.device("meta"):
        model = LlamaForCausalLM(config).to(torch.bfloat16)
        ids = torch.zeros(batch, tokens, dtype=torch.long)
    cache = model.model(ids, use_cache=True).past_key_values
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers) / GIB
