# einsum over an explicit group dimension, everything in float32 or wider.
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, hidden_size, heads, kv_heads, head_dim=None):
        super().__init__()
        group, rest = divmod(heads, kv_heads)
        if rest or not group:
            raise ValueError("heads % kv_heads")
        self.shape = (kv_heads, group)
        self.d = hidden_size // heads if head_dim is None else head_dim
        for name, rows, columns in (
            ("q_proj", heads * self.d, hidden_size),
            ("k_proj", kv_heads * self.d, hidden_size),
            ("v_proj", kv_heads * self.d, hidden_size),
            ("o_proj", hidden_size, heads * self.d),
        ):
            self.add_module(name, nn.Linear(columns, rows, bias=False))

    def forward(self, x):
        up = x.float()
        kv_heads, group = self.shape
        q = torch.einsum("bnh,kgdh->bkgnd", up, self.q_proj.weight.float().view(kv_heads, group, self.d, -1))
        k = torch.einsum("bnh,kdh->bknd", up, self.k_proj.weight.float().view(kv_heads, self.d, -1))
        v = torch.einsum("bnh,kdh->bknd", up, self.v_proj.weight.float().view(kv_heads, self.d, -1))
        scores = torch.einsum("bkgid,bkjd->bkgij", q, k) / self.d**0.5
        keep = torch.ones(x.shape[1], x.shape[1], device=x.device).tril().bool()
        weights = torch.where(keep, scores, torch.tensor(-1e30, device=x.device)).softmax(-1)
        read = torch.einsum("bkgij,bkjd->bikgd", weights, v)
        o = self.o_proj.weight.float().view(-1, kv_heads, group, self.d)
        return torch.einsum("bikgd,hkgd->bih", read, o).to(x.dtype)


def pool_kv_heads(weight, heads, kv_heads):
    pools = torch.zeros(kv_heads, heads, dtype=torch.float32, device=weight.device)
    for h in range(heads):
        pools[h * kv_heads // heads, h] = kv_heads / heads
    by_head = weight.float().reshape(heads, -1)
    return (pools @ by_head).reshape(-1, weight.shape[1]).to(weight.dtype)


def kv_cache_bytes(layers, heads, kv_heads, head_dim, batch, length, bytes_per_value=2):
    per_token = (kv_heads * head_dim + kv_heads * head_dim) * bytes_per_value
    return per_token * layers * batch * length
