# The keys expanded as in Llama, over (batch, heads, length, head_dim); the softmax in the module's own dtype.
import torch
from torch import nn


def expanded(t, n):
    b, h, length, d = t.shape
    return t[:, :, None].expand(b, h, n, length, d).reshape(b, h * n, length, d)


class GroupedQueryAttention(nn.Module):
    def __init__(self, hidden_size, heads, kv_heads, head_dim=None):
        super().__init__()
        if kv_heads > heads or heads % kv_heads:
            raise ValueError
        self.head_dim = head_dim or hidden_size // heads
        self.groups = heads // kv_heads
        self.q_proj = nn.Linear(hidden_size, heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(hidden_size, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(heads * self.head_dim, hidden_size, bias=False)

    def split(self, t):
        return t.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)

    def forward(self, x):
        q, k, v = (self.split(p(x)) for p in (self.q_proj, self.k_proj, self.v_proj))
        k, v = expanded(k, self.groups), expanded(v, self.groups)
        scores = (q * self.head_dim**-0.5) @ k.mT
        scores = scores.masked_fill(~torch.ones_like(scores, dtype=torch.bool).tril(), float("-inf"))
        return self.o_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


def pool_kv_heads(weight, heads, kv_heads):
    return weight.unflatten(0, (kv_heads, heads // kv_heads, -1)).mean(1).flatten(0, 1)


def kv_cache_bytes(layers, heads, kv_heads, head_dim, batch, length, bytes_per_value=2):
    elements = layers * batch * length * kv_heads * head_dim
    return 2 * elements * bytes_per_value
