# Written from the brief and the starter alone.
"""Grouped-query attention, multi-head weights pooled into it, and the size of its cache."""

import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    """Causal self-attention in which several query heads share one key and value head."""

    def __init__(self, hidden_size: int, heads: int, kv_heads: int, head_dim: int | None = None) -> None:
        super().__init__()
        if heads % kv_heads != 0:
            raise ValueError(f"heads ({heads}) must be a multiple of kv_heads ({kv_heads})")
        self.heads = heads
        self.kv_heads = kv_heads
        self.head_dim = hidden_size // heads if head_dim is None else head_dim
        self.q_proj = nn.Linear(hidden_size, heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(heads * self.head_dim, hidden_size, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (batch, length, hidden_size). Returns the same shape and dtype."""
        batch, length, _ = x.shape
        group = self.heads // self.kv_heads
        q = self.q_proj(x).view(batch, length, self.heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        k = k.repeat_interleave(group, dim=1)
        v = v.repeat_interleave(group, dim=1)

        scores = q.float() @ k.float().transpose(-2, -1) / math.sqrt(self.head_dim)
        future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(future, float("-inf")).softmax(dim=-1)
        out = (weights @ v.float()).to(x.dtype)
        return self.o_proj(out.transpose(1, 2).reshape(batch, length, self.heads * self.head_dim))


def pool_kv_heads(weight: torch.Tensor, heads: int, kv_heads: int) -> torch.Tensor:
    """(heads * head_dim, hidden) -> (kv_heads * head_dim, hidden): each head is the mean of its group."""
    rows, hidden = weight.shape
    head_dim = rows // heads
    grouped = weight.float().reshape(kv_heads, heads // kv_heads, head_dim, hidden)
    return grouped.mean(dim=1).reshape(kv_heads * head_dim, hidden).to(weight.dtype)


def kv_cache_bytes(
    layers: int, heads: int, kv_heads: int, head_dim: int, batch: int, length: int, bytes_per_value: int = 2
) -> int:
    """What the keys and values of a whole model take."""
    return 2 * layers * kv_heads * head_dim * batch * length * bytes_per_value
