"""Grouped-query attention, multi-head weights pooled into it, and the size of its cache."""

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    """Causal self-attention in which several query heads share one key and value head."""

    def __init__(self, hidden_size: int, heads: int, kv_heads: int, head_dim: int | None = None) -> None:
        super().__init__()
        # TODO: q_proj, k_proj, v_proj and o_proj, without biases. ValueError where heads is no multiple of kv_heads.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (batch, length, hidden_size). Returns the same shape and dtype."""
        raise NotImplementedError("TODO: which query head reads which key head?")


def pool_kv_heads(weight: torch.Tensor, heads: int, kv_heads: int) -> torch.Tensor:
    """(heads * head_dim, hidden) -> (kv_heads * head_dim, hidden): each head is the mean of its group."""
    raise NotImplementedError("TODO: the mean of each group")


def kv_cache_bytes(
    layers: int, heads: int, kv_heads: int, head_dim: int, batch: int, length: int, bytes_per_value: int = 2
) -> int:
    """What the keys and values of a whole model take."""
    raise NotImplementedError("TODO: the bytes")
