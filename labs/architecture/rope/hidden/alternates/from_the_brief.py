# Written from the brief and the starter alone.
"""Rotary position embedding: each pair (i, i + d/2) of a head's dimensions is turned by position * base^(-2i/d)."""

import torch


def rotary_tables(head_dim: int, positions: torch.Tensor, base: float = 10000.0) -> tuple[torch.Tensor, torch.Tensor]:
    """positions: int64, (seq,) or (batch, seq). Returns cos and sin, float32, positions.shape + (head_dim,)."""
    exponent = torch.arange(0, head_dim, 2, dtype=torch.float64, device=positions.device) / head_dim
    angles = positions.unsqueeze(-1).double() * torch.pow(base, -exponent)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().float(), angles.sin().float()


def apply_rotary(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """x: (batch, heads, seq, head_dim), any floating dtype. Returns the same shape in the dtype of x."""
    cos, sin = cos.unsqueeze(-3), sin.unsqueeze(-3)  # one table for all heads
    h = x.to(torch.promote_types(x.dtype, torch.float32))
    a, b = h.chunk(2, dim=-1)
    rotated = torch.cat([-b, a], dim=-1)
    return (h * cos + rotated * sin).to(x.dtype)
