"""Dynamic NTK and log-n scaling, the reference.

After the first Qwen models (get_ntk_alpha, RotaryEmbedding and logn_list in modeling_qwen.py; arXiv:2309.16609). With
S = train_length, L the length of the text, d = head_dim:

    alpha     = max(2^ceil(log2(L / S) + 1) - 1, 1)
    base'     = base * alpha^(d / (d - 2))                  freq_j = base'^(-2j/d)      j = 0 ... d/2 - 1
    factor_i  = log(i) / log(S) where i > S, else 1                                     i = 1, 2, ...

With the exponent d / (d - 2) the last frequency, j = d/2 - 1, is divided by alpha exactly, and the first stays 1: near
neighbours are told apart as before, and only slow pairs are slowed down. alpha climbs in steps, so that it changes
seldom while a text grows: keys in the cache were turned with the alpha of their time.
"""

import math

import torch
from torch import nn


def ntk_alpha(length: int, train_length: int) -> float:
    return max(2 ** math.ceil(math.log2(length / train_length) + 1) - 1, 1)


def logn_scale(positions: torch.Tensor, train_length: int) -> torch.Tensor:
    i = positions + 1  # the first token has position 0 and i = 1
    return torch.where(i > train_length, i.log() / math.log(train_length), 1.0)


class LongContextRotary(nn.Module):
    def __init__(self, head_dim: int, train_length: int, base: float = 10000.0) -> None:
        super().__init__()
        self.head_dim, self.train_length, self.base = head_dim, train_length, base

    def frequencies(self, length: int) -> torch.Tensor:
        return self._frequencies(length).float()

    def _frequencies(self, length: int) -> torch.Tensor:
        alpha = 1 if self.training else ntk_alpha(length, self.train_length)
        base = self.base * alpha ** (self.head_dim / (self.head_dim - 2))
        return base ** -(torch.arange(0, self.head_dim, 2).double() / self.head_dim)  # (d/2,)

    def forward(self, q: torch.Tensor, k: torch.Tensor, start: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
        positions = start + torch.arange(q.shape[-2], device=q.device)  # (seq,)
        freq = self._frequencies(start + q.shape[-2]).to(q.device)
        angles = positions.double().unsqueeze(-1) @ freq[None]  # (seq, 1) @ (1, d/2) -> (seq, d/2)
        # The tables stay in float64, and all products with them: one rounding to the dtype of q at the end.
        q_turned, k_turned = (_rotate(x, angles.cos(), angles.sin()) for x in (q, k))
        if not self.training:
            q_turned = q_turned * logn_scale(positions, self.train_length).unsqueeze(-1)  # (..., seq, d) * (seq, 1)
        return q_turned.to(q.dtype), k_turned.to(k.dtype)


def _rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, dim=-1)  # twice (batch, heads, seq, d/2)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)  # (batch, heads, seq, d)
