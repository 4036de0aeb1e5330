# Loops over layers, sequences and heads, in the order in which the definition reads.
import torch
from torch import nn
from torch.nn import functional as F


def rotate(x, cos, sin):
    left, right = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-right, left), dim=-1) * sin).to(x.dtype)


class PrefixEncoder(nn.Module):
    def __init__(self, length, layers, heads, kv_heads, head_dim, projection=None, dropout=0.0):
        super().__init__()
        self.layers, self.kv_heads, self.head_dim, self.p = layers, kv_heads, head_dim, dropout
        size = kv_heads * head_dim
        self.embedding = nn.Embedding(length, 2 * layers * size if projection is None else size)
        if projection is not None:
            self.transform = nn.ModuleDict({"0": nn.Linear(size, projection), "2": nn.Linear(projection, 2 * layers * size)})

    def computed(self):
        e = self.embedding.weight
        if not hasattr(self, "transform"):
            return e
        return self.transform["2"](self.transform["0"](e).tanh())

    def forward(self, batch_size):
        vectors = self.computed().split(self.kv_heads * self.head_dim, dim=1)
        result = []
        for layer in range(self.layers):
            pair = []
            for vector in vectors[2 * layer : 2 * layer + 2]:
                heads = torch.stack(vector.split(self.head_dim, dim=1))
                pair.append(torch.stack([F.dropout(heads, self.p, self.training) for _ in range(batch_size)]))
            result.append(tuple(pair))
        return result

    def table(self):
        return self.computed().detach().clone()


def extend_mask(mask, length):
    return F.pad(mask, (length, 0), value=True if mask.dtype == torch.bool else 1)


def attend(query, key, value, prefix, cos, sin, mask):
    batch, heads, seq, d = query.shape
    group = heads // key.shape[1]
    n = prefix[0].shape[2]
    out = torch.empty(query.shape, dtype=torch.float64, device=query.device)
    rotated_q, rotated_k = (rotate(t.double(), cos[n : n + seq].double(), sin[n : n + seq].double()) for t in (query, key))
    for b in range(batch):
        for h in range(heads):
            for i in range(seq):
                real = [j for j in range(i + 1) if mask[b, j]]
                k = torch.cat((prefix[0][b, h // group].double(), rotated_k[b, h // group, real]))
                v = torch.cat((prefix[1][b, h // group].double(), value[b, h // group, real].double()))
                out[b, h, i] = (k @ rotated_q[b, h, i] / d**0.5).softmax(0) @ v
    return out.to(query.dtype)


def trained_parameters(model, encoder):
    model.requires_grad_(False)
    return list(encoder.parameters())
