# The factor of the query inside its cos and sin; tables by einsum, cached by alpha.
import math

import torch
from torch import nn


def ntk_alpha(length, train_length):
    return max(2 ** -(-math.log2(length / train_length) // 1) * 2 - 1, 1)


def logn_scale(positions, train_length):
    i = positions + 1
    return torch.maximum(i.float().log() / math.log(train_length), torch.ones(())) * (i > train_length) + (
        i <= train_length
    )


class LongContextRotary(nn.Module):
    def __init__(self, head_dim, train_length, base=10000.0):
        super().__init__()
        self.head_dim, self.train_length, self.base = head_dim, train_length, base
        self.by_alpha = {}

    def frequencies(self, length):
        alpha = 1 if self.training else ntk_alpha(length, self.train_length)
        if alpha not in self.by_alpha:
            base = self.base * alpha ** (self.head_dim / (self.head_dim - 2))
            self.by_alpha[alpha] = torch.pow(base, -torch.arange(0, self.head_dim, 2) / self.head_dim)
        return self.by_alpha[alpha]

    def forward(self, q, k, start=0):
        positions = start + torch.arange(q.shape[2], device=q.device)
        angles = torch.einsum("s,f->sf", positions.float(), self.frequencies(start + q.shape[2]).to(q.device))
        cos, sin = angles.cos(), angles.sin()
        factor = torch.ones_like(cos) if self.training else logn_scale(positions, self.train_length)[:, None]
        return self.turn(q, cos * factor, sin * factor), self.turn(k, cos, sin)

    def turn(self, x, cos, sin):
        half = self.head_dim // 2
        out = torch.empty(x.shape, dtype=torch.float32, device=x.device)
        out[..., :half] = x[..., :half] * cos - x[..., half:] * sin
        out[..., half:] = x[..., half:] * cos + x[..., :half] * sin
        return out.to(x.dtype)
