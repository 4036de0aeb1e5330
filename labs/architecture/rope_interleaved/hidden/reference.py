"""Interleaved RoPE and the permutation between the two layouts, the reference.

Jianlin Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv:2104.09864, section 3.4.2,
pairs neighbours:

    y_(2i)     = x_(2i) cos(angle_i) - x_(2i+1) sin(angle_i)        i = 0 ... d/2 - 1
    y_(2i+1)   = x_(2i+1) cos(angle_i) + x_(2i) sin(angle_i)

Llama in transformers pairs i with i + d/2. With (P x)_i = x_(2i) and (P x)_(i+d/2) = x_(2i+1) the two are one:
half(P x) = P interleaved(x). A score is a sum over dimensions and does not see their order, so P can be put into the
rows of the query and key projections once and for all; v is never rotated and its projection stays as it is.
"""

import torch


def apply_rotary_interleaved(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    # All heads share one table: (seq, d/2) -> (1, seq, d/2), and (batch, seq, d/2) -> (batch, 1, seq, d/2).
    cos, sin = cos.unsqueeze(-3), sin.unsqueeze(-3)
    even, odd = x[..., 0::2], x[..., 1::2]  # twice (batch, heads, seq, d/2)
    turned = torch.stack((even * cos - odd * sin, odd * cos + even * sin), dim=-1)  # (batch, heads, seq, d/2, 2)
    return turned.flatten(-2).to(x.dtype)  # (batch, heads, seq, d): neighbours side by side again


def interleaved_to_half(x: torch.Tensor) -> torch.Tensor:
    pairs = x.unflatten(-1, (-1, 2))  # (..., d) -> (..., d/2, 2)
    return pairs.transpose(-1, -2).flatten(-2)  # (..., 2, d/2) -> (..., d)


def half_to_interleaved(x: torch.Tensor) -> torch.Tensor:
    halves = x.unflatten(-1, (2, -1))  # (..., d) -> (..., 2, d/2)
    return halves.transpose(-1, -2).flatten(-2)  # (..., d/2, 2) -> (..., d)


def convert_projection(weight: torch.Tensor, head_dim: int) -> torch.Tensor:
    heads = weight.unflatten(0, (-1, head_dim // 2, 2))  # (heads * d, in) -> (heads, d/2, 2, in); a bias has no `in`
    return heads.transpose(1, 2).reshape(weight.shape)  # (heads, 2, d/2, in) -> (heads * d, in)
