# Written from the brief and the starter alone.
"""Partial RoPE as in ChatGLM2: the first half of each head turns, neighbours as pairs; the second half does not."""

import torch


def rope_cache(head_dim: int, positions: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    """positions: int64, (seq,) or (batch, seq). Returns float32, positions.shape + (head_dim / 4, 2): cos, then sin."""
    rotary = head_dim // 2
    exponent = torch.arange(0, rotary, 2, dtype=torch.float32, device=positions.device) / rotary
    inv_freq = base**-exponent
    angle = positions[..., None].float() * inv_freq
    return torch.stack([angle.cos(), angle.sin()], dim=-1)


def apply_partial_rotary(x: torch.Tensor, cache: torch.Tensor) -> torch.Tensor:
    """x: (batch, heads, seq, head_dim). Returns the same shape in the dtype of x.

    cache: float32, (seq, head_dim / 4, 2) or (batch, seq, head_dim / 4, 2).
    """
    rotary = x.shape[-1] // 2
    turn, rest = x[..., :rotary], x[..., rotary:]
    if cache.dim() == 4:
        cache = cache.unsqueeze(1)  # one axis for the heads
    cos, sin = cache.unbind(-1)
    even, odd = turn[..., 0::2].float(), turn[..., 1::2].float()
    turned = torch.stack([even * cos - odd * sin, odd * cos + even * sin], dim=-1).flatten(-2)
    return torch.cat([turned.to(x.dtype), rest], dim=-1)


def rotate_query_key(
    q: torch.Tensor, k: torch.Tensor, start: int, base: float = 10000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """q: (batch, heads, seq, head_dim), k: (batch, kv_heads, seq, head_dim), at positions start, start + 1, ..."""
    positions = torch.arange(start, start + q.shape[-2], device=q.device)
    cache = rope_cache(q.shape[-1], positions, base)
    return apply_partial_rotary(q, cache), apply_partial_rotary(k, cache)
