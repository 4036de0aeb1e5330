"""Interleaved RoPE, the permutation between the two layouts, and the conversion of a projection's weight."""

import torch


def apply_rotary_interleaved(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """x: (batch, heads, seq, head_dim), any floating dtype. Returns the same shape in the dtype of x.

    cos, sin: float32, (seq, head_dim / 2) or (batch, seq, head_dim / 2); column i belongs to x[2i] and x[2i + 1].
    """
    raise NotImplementedError("TODO: rotate x")


def interleaved_to_half(x: torch.Tensor) -> torch.Tensor:
    """P, over the last dimension of x (..., d): the even dimensions, then the odd ones."""
    raise NotImplementedError("TODO: P")


def half_to_interleaved(x: torch.Tensor) -> torch.Tensor:
    """The inverse of P, over the last dimension of x (..., d)."""
    raise NotImplementedError("TODO: the inverse of P")


def convert_projection(weight: torch.Tensor, head_dim: int) -> torch.Tensor:
    """weight: (heads * head_dim, in), or a bias (heads * head_dim,). P applied to the rows of each head."""
    raise NotImplementedError("TODO: reorder the rows of each head")
