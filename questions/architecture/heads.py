"""The numbers in heads.yaml: how many sequences a KV cache has room for, counted in transformers' own cache."""

from __future__ import annotations

GB, GIB = 10**9, 2**30


def sequences_that_fit(*, free_gb: int, layers: int, heads: int, kv_heads: int, head_dim: int, tokens: int) -> int:
    """How many sequences of `tokens` tokens keep their keys and values in bf16 within `free_gb` GB (10^9 bytes).

        2 · layers · kv_heads · head_dim · 2 bytes      for each token

    The number of query heads, `heads`, does not appear.
    Source: transformers `DynamicCache`, filled with weightless tensors (meta device).
    """
    del heads
    per_token = _cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=head_dim)
    return free_gb * GB // (per_token * tokens)


def sequences_by_query_heads(
    *, free_gb: int, layers: int, heads: int, kv_heads: int, head_dim: int, tokens: int
) -> int:
    """The same with a key and a value for each query head, as in multi-head attention."""
    return sequences_that_fit(
        free_gb=free_gb, layers=layers, heads=heads, kv_heads=heads, head_dim=head_dim, tokens=tokens
    )


def sequences_with_keys_alone(
    *, free_gb: int, layers: int, heads: int, kv_heads: int, head_dim: int, tokens: int
) -> int:
    """The same with the values forgotten."""
    del heads
    return free_gb * GB // (_cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=head_dim) // 2 * tokens)


def sequences_in_gib(*, free_gb: int, layers: int, heads: int, kv_heads: int, head_dim: int, tokens: int) -> int:
    """The same with GB read as GiB (2^30 bytes)."""
    del heads
    return free_gb * GIB // (_cache_bytes(layers=layers, kv_heads=kv_heads, head_dim=head_dim) * tokens)


def _cache_bytes(*, layers: int, kv_heads: int, head_dim: int) -> int:
    """Bytes that one token leaves in the cache."""
    import torch
    from transformers import DynamicCache

    cache = DynamicCache()
    for layer in range(layers):
        token = torch.empty(1, kv_heads, 1, head_dim, dtype=torch.bfloat16, device="meta")
        cache.update(token, token, layer)
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
