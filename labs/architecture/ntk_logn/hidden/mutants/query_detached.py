# killed-by: gradient
# mistake: gradient-cut
# A part of the rotation runs over x.data.
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
            new_q = new_q * logn_scale(positions, self.train_length).unsqueeze(-1)
        return new_q.to(q.dtype), new_k.to(k.dtype)

    def rotate(self, x, cos, sin):
        first, second = x.chunk(2, dim=-1)
        return torch.cat((first * cos - second * sin, second * cos + first.data * sin), dim=-1)
