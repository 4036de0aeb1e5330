"""Grouped-query attention, the reference.

Joshua Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints",
arXiv:2305.13245, section 2.2: the query heads are divided into groups of equal size, and each group shares one key
head and one value head. One group is multi-query attention, as many groups as heads is multi-head attention.

    head h reads key and value head h // (heads / kv_heads)

Neighbours share: query heads 0 and 1 of 4 read key head 0 of 2. Section 2.1 makes such a model from a multi-head
one: the projection of a key or value head becomes the mean of its group's.
"""

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, hidden_size: int, heads: int, kv_heads: int, head_dim: int | None = None) -> None:
        super().__init__()
        if heads % kv_heads:
            raise ValueError(f"{heads} heads cannot share {kv_heads} key and value heads evenly")
        self.heads, self.kv_heads = heads, kv_heads
        self.head_dim = head_dim or hidden_size // heads
        self.q_proj = nn.Linear(hidden_size, heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(heads * self.head_dim, hidden_size, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        grouped = (batch, length, self.kv_heads, -1, self.head_dim)
        # (batch, length, heads * head_dim) -> (batch, kv_heads, group, length, head_dim); a key's group has size one,
        # so that broadcasting lends it to every query of the group and nothing is copied.
        q, k, v = (p(x).view(grouped).permute(0, 2, 3, 1, 4) for p in (self.q_proj, self.k_proj, self.v_proj))
        scores = q @ k.transpose(-1, -2) * self.head_dim**-0.5  # (batch, kv_heads, group, length, length)
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
        # (batch, kv_heads, group, length, head_dim) -> (batch, length, heads * head_dim)
        merged = (weights @ v).permute(0, 3, 1, 2, 4).reshape(batch, length, -1)
        return self.o_proj(merged)


def pool_kv_heads(weight: torch.Tensor, heads: int, kv_heads: int) -> torch.Tensor:
    # (heads * head_dim, hidden) -> (kv_heads, group, head_dim, hidden): neighbours are one group
    groups = weight.reshape(kv_heads, heads // kv_heads, -1, weight.shape[-1])
    return groups.mean(dim=1).reshape(-1, weight.shape[-1])  # -> (kv_heads * head_dim, hidden)


def kv_cache_bytes(
    layers: int, heads: int, kv_heads: int, head_dim: int, batch: int, length: int, bytes_per_value: int = 2
) -> int:
    return 2 * layers * kv_heads * head_dim * batch * length * bytes_per_value  # 2: keys and values
