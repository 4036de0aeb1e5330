# killed-by: long
# mistake: early-queries-scaled
# Beyond S every query gets log(i) / log(S), the early ones too.
import math

import torch
from torch import nn


def ntk_alpha(length, train_length):
    return max(2 ** math.ceil(math.log2(length / train_length) + 1) - 1, 1)


def logn_scale(positions, train_length):
    i = positions + 1
    return torch.where(i > train_length, i.float().log() / math.log(train_length), 1.0)


class LongContextRotary(nn.Module):
    def __init__(self, head_dim, train_length, base=10000.0):
        super().__init__()
        self.head_dim = head_dim
        self.train_length = train_length
        self.base = base

    def frequencies(self, length):
        alpha = 1 if self.training else ntk_alpha(length, self.train_length)
        base = self.base * alpha ** (self.head_dim / (self.head_dim - 2))
        return base ** -(torch.arange(0, self.head_dim, 2).float() / self.head_dim)

    def forward(self, q, k, start=0):
        seq = q.shape[-2]
        positions = torch.arange(start, start + seq, device=q.device)
        angles = positions.float().unsqueeze(-1) * self.frequencies(start + seq).to(q.device)
        cos, sin = angles.cos(), angles.sin()
        new_q, new_k = self.rotate(q, cos, sin), self.rotate(k, cos, sin)
        if not self.training:
            if start + seq > self.train_length:
                new_q = new_q * ((positions + 1).float().log() / math.log(self.train_length)).unsqueeze(-1)
        return new_q.to(q.dtype), new_k.to(k.dtype)

    def rotate(self, x, cos, sin):
        first, second = x.chunk(2, dim=-1)
        return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
