# Written from the brief and the starter alone.
"""Interleaved RoPE, the permutation between the two layouts, and the conversion of a projection's weight."""

import torch


def apply_rotary_interleaved(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """x: (batch, heads, seq, head_dim), any floating dtype. Returns the same shape in the dtype of x."""
    cos, sin = cos.unsqueeze(-3), sin.unsqueeze(-3)  # shared by the heads
    h = x.to(torch.promote_types(x.dtype, torch.float32))
    even, odd = h[..., 0::2], h[..., 1::2]
    out = torch.stack([even * cos - odd * sin, odd * cos + even * sin], dim=-1)
    return out.flatten(-2).to(x.dtype)


def interleaved_to_half(x: torch.Tensor) -> torch.Tensor:
    """P, over the last dimension of x (..., d): the even dimensions, then the odd ones."""
    return torch.cat([x[..., 0::2], x[..., 1::2]], dim=-1)


def half_to_interleaved(x: torch.Tensor) -> torch.Tensor:
    """The inverse of P, over the last dimension of x (..., d)."""
    a, b = x.chunk(2, dim=-1)
    return torch.stack([a, b], dim=-1).flatten(-2)


def convert_projection(weight: torch.Tensor, head_dim: int) -> torch.Tensor:
    """weight: (heads * head_dim, in), or a bias (heads * head_dim,). P applied to the rows of each head."""
    heads = weight.unflatten(0, (-1, head_dim))
    return torch.cat([heads[:, 0::2], heads[:, 1::2]], dim=1).flatten(0, 1)
