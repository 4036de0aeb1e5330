# Written from the brief and the starter alone.
"""Dynamic NTK and log-n scaling, as in the first Qwen models: RoPE for texts longer than those of training."""

import math

import torch
from torch import nn


def ntk_alpha(length: int, train_length: int) -> float:
    """By how much a text of this length is stretched: 1 up to train_length, then in steps."""
    doublings = 0  # ceil(log2(length / train_length)), in whole numbers
    while train_length << doublings < length:
        doublings += 1
    return 2 ** (doublings + 1) - 1


def logn_scale(positions: torch.Tensor, train_length: int) -> torch.Tensor:
    """positions: int64, any shape, from 0 on. Returns the factor of each query, float32, in the same shape."""
    i = positions + 1
    factor = (torch.log(i.double()) / math.log(train_length)).float()
    return torch.where(i > train_length, factor, torch.ones_like(factor))


def _rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


class LongContextRotary(nn.Module):
    """RoPE with pairs (j, j + d/2), with both extensions in evaluation mode and neither in training mode."""

    def __init__(self, head_dim: int, train_length: int, base: float = 10000.0) -> None:
        super().__init__()
        self.head_dim = head_dim
        self.train_length = train_length
        self.base = base

    def frequencies(self, length: int) -> torch.Tensor:
        """The frequency of each pair for a text of this length: float32, (head_dim / 2,)."""
        d = self.head_dim
        alpha = 1 if self.training else ntk_alpha(length, self.train_length)
        base = self.base * alpha ** (d / (d - 2))
        return torch.pow(base, -torch.arange(0, d, 2, dtype=torch.float64, device="cpu") / d).float()

    def forward(self, q: torch.Tensor, k: torch.Tensor, start: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
        """q: (batch, heads, seq, head_dim), k: (batch, kv_heads, seq, head_dim), at positions start, start + 1, ..."""
        seq = q.shape[-2]
        positions = torch.arange(start, start + seq, device=q.device)
        angles = torch.outer(positions.float(), self.frequencies(start + seq).to(q.device))
        cos, sin = angles.cos(), angles.sin()
        q_out, k_out = _rotate(q.float(), cos, sin), _rotate(k.float(), cos, sin)
        if not self.training:
            q_out = q_out * logn_scale(positions, self.train_length)[:, None]
        return q_out.to(q.dtype), k_out.to(k.dtype)
