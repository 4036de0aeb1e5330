# killed-by: grouping
# mistake: tiled-heads
# repeat in place of repeat_interleave: head h reads key head h % kv_heads.
import math

import torch
import torch.nn.functional as F
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, hidden_size, heads, kv_heads, head_dim=None):
        super().__init__()
        if heads % kv_heads != 0:
            raise ValueError("heads must be a multiple of kv_heads")
        self.heads = heads
        self.kv_heads = kv_heads
        self.groups = heads // kv_heads
        self.head_dim = head_dim if head_dim is not None else hidden_size // heads
        self.q_proj = nn.Linear(hidden_size, heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(heads * self.head_dim, hidden_size, bias=False)

    def forward(self, x):
        b, n, _ = x.shape
        q = self.q_proj(x).view(b, n, self.heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(b, n, self.kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(b, n, self.kv_heads, self.head_dim).transpose(1, 2)
        k = k.repeat(1, self.groups, 1, 1)
        v = v.repeat(1, self.groups, 1, 1)
        scores = q @ k.transpose(2, 3) / math.sqrt(self.head_dim)
        mask = torch.triu(torch.ones(n, n, dtype=torch.bool, device=x.device), diagonal=1)
        scores = scores.masked_fill(mask, float("-inf"))
        weights = F.softmax(scores.float(), dim=-1).to(v.dtype)
        out = (weights @ v).transpose(1, 2).contiguous().view(b, n, self.heads * self.head_dim)
        return self.o_proj(out)


def pool_kv_heads(weight, heads, kv_heads):
    hidden = weight.shape[1]
    head_dim = weight.shape[0] // heads
    grouped = weight.view(kv_heads, heads // kv_heads, head_dim, hidden)
    return grouped.mean(dim=1).view(kv_heads * head_dim, hidden)


def kv_cache_bytes(layers, heads, kv_heads, head_dim, batch, length, bytes_per_value=2):
    return 2 * layers * batch * length * kv_heads * head_dim * bytes_per_value
