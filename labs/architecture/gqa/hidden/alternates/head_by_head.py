# One query head after the other, over slices of the projections.
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, hidden_size, heads, kv_heads, head_dim=None):
        super().__init__()
        if heads / kv_heads != heads // kv_heads:
            raise ValueError(f"{heads} and {kv_heads}")
        self.n, self.share, self.d = heads, heads // kv_heads, head_dim or hidden_size // heads
        self.q_proj = nn.Linear(hidden_size, self.d * heads, bias=False)
        self.k_proj = nn.Linear(hidden_size, self.d * kv_heads, bias=False)
        self.v_proj = nn.Linear(hidden_size, self.d * kv_heads, bias=False)
        self.o_proj = nn.Linear(self.d * heads, hidden_size, bias=False)

    def _slice(self, t, h):
        return t[..., h * self.d : (h + 1) * self.d]

    def forward(self, x):
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        bias = torch.full((x.shape[1], x.shape[1]), float("-inf"), device=x.device).triu(1)
        outputs = []
        for h in range(self.n):
            keys, values = self._slice(k, h // self.share), self._slice(v, h // self.share)
            scores = torch.bmm(self._slice(q, h), keys.transpose(1, 2)).float() * self.d**-0.5 + bias
            outputs.append(torch.bmm(torch.softmax(scores, 2).to(x.dtype), values))
        return self.o_proj(torch.cat(outputs, dim=2))


def pool_kv_heads(weight, heads, kv_heads):
    blocks = weight.chunk(heads)
    share = heads // kv_heads
    return torch.cat([sum(b.double() for b in blocks[i * share : (i + 1) * share]) / share for i in range(kv_heads)]).to(
        weight.dtype
    )


def kv_cache_bytes(layers, heads, kv_heads, head_dim, batch, length, bytes_per_value=2):
    return sum(2 * kv_heads * head_dim * bytes_per_value for _ in range(layers)) * batch * length
