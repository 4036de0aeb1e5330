# The way of peft: one flat encoder, get_prompt with a view, a permute and a split, attention over expanded heads.
import math

import torch
from torch import nn


def rotate(x, cos, sin):
    left, right = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-right, left), dim=-1) * sin).to(x.dtype)


class PrefixEncoder(nn.Module):
    def __init__(self, length, layers, heads, kv_heads, head_dim, projection=None, dropout=0.0):
        super().__init__()
        token_dim = kv_heads * head_dim
        self.config = (length, layers, kv_heads, head_dim)
        self.prefix_projection = projection is not None
        if self.prefix_projection:
            self.embedding = nn.Embedding(length, token_dim)
            self.transform = nn.Sequential(
                nn.Linear(token_dim, projection),
                nn.Tanh(),
                nn.Linear(projection, layers * 2 * token_dim),
            )
        else:
            self.embedding = nn.Embedding(length, layers * 2 * token_dim)
        self.drop = nn.Dropout(dropout)
        self.register_buffer("prompt_tokens", torch.arange(length), persistent=False)

    def encode(self, prefix):
        tokens = self.embedding(prefix)
        return self.transform(tokens) if self.prefix_projection else tokens

    def forward(self, batch_size):
        length, layers, kv_heads, head_dim = self.config
        past = self.encode(self.prompt_tokens.unsqueeze(0).expand(batch_size, -1))
        past = self.drop(past.view(batch_size, length, layers * 2, kv_heads, head_dim))
        return [tuple(pair) for pair in past.permute([2, 0, 3, 1, 4]).split(2)]

    def table(self):
        with torch.no_grad():
            return self.encode(self.prompt_tokens)


def extend_mask(mask, length):
    return torch.cat((torch.ones(mask.shape[0], length).to(mask), mask), dim=1)


def attend(query, key, value, prefix, cos, sin, mask):
    batch, heads, seq, head_dim = query.shape
    n = prefix[0].shape[-2]
    cos, sin = cos[n : n + seq], sin[n : n + seq]
    keys = torch.cat((prefix[0], rotate(key, cos, sin)), dim=-2)
    values = torch.cat((prefix[1], value), dim=-2)
    kv_heads = keys.shape[1]

    def repeat_kv(x):
        return x[:, :, None].expand(batch, kv_heads, heads // kv_heads, n + seq, head_dim).reshape(batch, heads, n + seq, head_dim)

    scores = torch.matmul(rotate(query, cos, sin), repeat_kv(keys).transpose(2, 3)) / math.sqrt(head_dim)
    at = torch.arange(n + seq, device=query.device)
    allowed = (at[None, :] <= at[n:, None])[None] & extend_mask(mask, n)[:, None, :].bool()
    bias = torch.zeros_like(allowed, dtype=scores.dtype).masked_fill(~allowed, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores + bias[:, None], dim=-1, dtype=torch.float32).to(query.dtype)
    return torch.matmul(weights, repeat_kv(values))


def trained_parameters(model, encoder):
    for parameter in model.parameters():
        parameter.requires_grad = False
    return [parameter for _, parameter in encoder.named_parameters()]
