"""Rotary position embedding: each pair (i, i + d/2) of a head's dimensions is turned by position * base^(-2i/d)."""

import torch


def rotary_tables(head_dim: int, positions: torch.Tensor, base: float = 10000.0) -> tuple[torch.Tensor, torch.Tensor]:
    """positions: int64, (seq,) or (batch, seq). Returns cos and sin, float32, positions.shape + (head_dim,)."""
    raise NotImplementedError("TODO: the angles, repeated as (angles, angles); then their cos and sin")


def apply_rotary(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """x: (batch, heads, seq, head_dim), any floating dtype. Returns the same shape in the dtype of x.

    cos, sin: float32, (seq, head_dim) or (batch, seq, head_dim).
    """
    raise NotImplementedError("TODO: rotate x")
