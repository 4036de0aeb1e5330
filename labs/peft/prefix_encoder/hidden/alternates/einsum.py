# Named dimensions throughout: grouped heads as a dimension of their own, two score blocks under one softmax.
import torch
from torch import einsum, nn


def rotate(x, cos, sin):
    left, right = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-right, left), dim=-1) * sin).to(x.dtype)


class PrefixEncoder(nn.Module):
    def __init__(self, length, layers, heads, kv_heads, head_dim, projection=None, dropout=0.0):
        super().__init__()
        self.dims = (length, layers, 2, kv_heads, head_dim)
        wide = layers * 2 * kv_heads * head_dim
        narrow = kv_heads * head_dim
        self.embedding = nn.Embedding(length, narrow if projection else wide)
        if projection:
            self.transform = nn.Sequential(nn.Linear(narrow, projection), nn.Tanh(), nn.Linear(projection, wide))
        else:
            self.transform = nn.Sequential()
        self.keep = 1.0 - dropout

    def table(self):
        return self.transform(self.embedding.weight.detach()).detach()

    def forward(self, batch_size):
        prefix = einsum("nltkd->ltknd", self.transform(self.embedding.weight).reshape(self.dims))
        prefix = prefix.unsqueeze(2).repeat(1, 1, batch_size, 1, 1, 1)
        if self.training and self.keep < 1:
            prefix = prefix * torch.empty_like(prefix).bernoulli_(self.keep) / self.keep
        return [(layer[0], layer[1]) for layer in prefix]


def extend_mask(mask, length):
    out = mask.new_empty(mask.shape[0], length + mask.shape[1])
    out[:, :length] = 1
    out[:, length:] = mask
    return out


def attend(query, key, value, prefix, cos, sin, mask):
    (batch, heads, seq, d), kv = query.shape, key.shape[1]
    n = prefix[0].size(2)
    q, k = (rotate(t, cos[n:][:seq], sin[n:][:seq]) for t in (query, key))
    q = q.float().view(batch, kv, heads // kv, seq, d) * d**-0.5
    to_prefix = einsum("bkgid,bkjd->bkgij", q, prefix[0].float())
    to_tokens = einsum("bkgid,bkjd->bkgij", q, k.float())
    later = torch.ones(seq, seq, dtype=torch.bool, device=q.device).triu(1)
    hidden = later | ~mask.bool()[:, None, None, None, :]
    to_tokens = to_tokens.masked_fill(hidden, -torch.inf)
    top = torch.maximum(to_prefix.amax(-1), to_tokens.amax(-1)).unsqueeze(-1)
    a, b = (to_prefix - top).exp(), (to_tokens - top).exp()
    out = einsum("bkgij,bkjd->bkgid", a, prefix[1].float()) + einsum("bkgij,bkjd->bkgid", b, value.float())
    out = out / (a.sum(-1) + b.sum(-1)).unsqueeze(-1)
    return out.reshape(query.shape).to(query.dtype)


def trained_parameters(model, encoder):
    for p in model.parameters():
        p.requires_grad_(False)
    return [*encoder.parameters()]
