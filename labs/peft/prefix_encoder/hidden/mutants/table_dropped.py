# killed-by: stored-table
# mistake: table-wrong
# Keeps what dropout has left of it.
import torch
from torch import nn
from torch.nn import functional as F


def rotate(x, cos, sin):
    left, right = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-right, left), dim=-1) * sin).to(x.dtype)


class PrefixEncoder(nn.Module):
    def __init__(self, length, layers, heads, kv_heads, head_dim, projection=None, dropout=0.0):
        super().__init__()
        self.length, self.layers, self.kv_heads, self.head_dim = length, layers, kv_heads, head_dim
        size = kv_heads * head_dim
        if projection is None:
            self.embedding = nn.Embedding(length, layers * 2 * size)
            self.transform = None
        else:
            self.embedding = nn.Embedding(length, size)
            self.transform = nn.Sequential(
                nn.Linear(size, projection), nn.Tanh(), nn.Linear(projection, layers * 2 * size)
            )
        self.dropout = nn.Dropout(dropout)

    def rows(self):
        rows = self.embedding.weight
        return rows if self.transform is None else self.transform(rows)

    def forward(self, batch_size):
        rows = self.rows().unsqueeze(0).expand(batch_size, -1, -1)
        rows = self.dropout(rows)
        past = rows.view(batch_size, self.length, self.layers * 2, self.kv_heads, self.head_dim)
        past = past.permute(2, 0, 3, 1, 4)
        return [(past[2 * i], past[2 * i + 1]) for i in range(self.layers)]

    def table(self):
        return self.dropout(self.rows()).detach()


def extend_mask(mask, length):
    ones = torch.ones(mask.shape[0], length, dtype=mask.dtype, device=mask.device)
    return torch.cat([ones, mask], dim=1)


def attend(query, key, value, prefix, cos, sin, mask):
    length, seq = prefix[0].shape[2], query.shape[2]
    positions = torch.arange(length, length + seq, device=cos.device)
    query = rotate(query, cos[positions], sin[positions])
    key = rotate(key, cos[positions], sin[positions])
    key = torch.cat([prefix[0], key], dim=2)
    value = torch.cat([prefix[1], value], dim=2)
    groups = query.shape[1] // key.shape[1]
    key = key.repeat_interleave(groups, dim=1)
    value = value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(2, 3) / query.shape[-1] ** 0.5
    seen = torch.ones(seq, length + seq, dtype=torch.bool, device=mask.device).tril(length)
    seen = seen & extend_mask(mask, length).bool()[:, None, None, :]
    weights = scores.masked_fill(~seen, float("-inf")).float().softmax(dim=-1)
    return weights.to(value.dtype) @ value


def trained_parameters(model, encoder):
    for p in model.parameters():
        p.requires_grad = False
    return list(encoder.parameters())
