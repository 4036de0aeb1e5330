# alpha by doubling, without a logarithm; the rotation with complex numbers; nothing kept.
import math

import torch
from torch import nn


def ntk_alpha(length, train_length):
    steps = 1
    while length > train_length:
        train_length *= 2
        steps += 1
    return 2**steps - 1


def logn_scale(positions, train_length):
    i = (positions + 1).clamp_min(train_length).double()
    scale = i.log() / torch.tensor(float(train_length), dtype=torch.float64).log()
    return torch.where(positions < train_length, torch.ones_like(scale), scale).float()


class LongContextRotary(nn.Module):
    def __init__(self, head_dim, train_length, base=10000.0):
        super().__init__()
        self.pairs, self.train_length, self.log_base = head_dim // 2, train_length, math.log(base)

    def frequencies(self, length):
        d, log_base = 2 * self.pairs, self.log_base
        if not self.training:
            log_base += math.log(ntk_alpha(length, self.train_length)) * d / (d - 2)
        return torch.tensor([math.exp(-2 * j / d * log_base) for j in range(self.pairs)])

    def forward(self, q, k, start=0):
        end = start + q.size(-2)
        positions = torch.arange(start, end, device=q.device)
        angles = positions.double()[:, None] * self.frequencies(end).double().to(q.device)
        turn = torch.polar(torch.ones_like(angles), angles)

        def rotate(x):
            z = torch.complex(*(h.double() for h in x.chunk(2, -1))) * turn
            return torch.cat((z.real, z.imag), -1)

        rotated = rotate(q)
        if not self.training:
            rotated = rotated * logn_scale(positions, self.train_length)[:, None]
        return rotated.type_as(q), rotate(k).type_as(k)
