"""Partial RoPE as in ChatGLM2: the first half of each head turns, neighbours as pairs; the second half does not."""

import torch


def rope_cache(head_dim: int, positions: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    """positions: int64, (seq,) or (batch, seq). Returns float32, positions.shape + (head_dim / 4, 2): cos, then sin."""
    raise NotImplementedError("TODO: the angles of half a head; their cos and sin")


def apply_partial_rotary(x: torch.Tensor, cache: torch.Tensor) -> torch.Tensor:
    """x: (batch, heads, seq, head_dim). Returns the same shape in the dtype of x.

    cache: float32, (seq, head_dim / 4, 2) or (batch, seq, head_dim / 4, 2).
    """
    raise NotImplementedError("TODO: rotate the first half of x")


def rotate_query_key(
    q: torch.Tensor, k: torch.Tensor, start: int, base: float = 10000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """q: (batch, heads, seq, head_dim), k: (batch, kv_heads, seq, head_dim), at positions start, start + 1, ..."""
    raise NotImplementedError("TODO: rotate both")
