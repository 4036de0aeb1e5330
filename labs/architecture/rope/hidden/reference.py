"""Rotary position embedding, the reference.

Jianlin Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv:2104.09864: the angles
of section 3.2.2 and the element-wise rotation of section 3.4.2. The paper pairs neighbours, (2i, 2i + 1); Llama
pairs i with i + d/2, which is the same rotation after a permutation of each head's dimensions:

    angle_i = position * base^(-2i/d)               i = 0 ... d/2 - 1
    y_i       = x_i cos(angle_i) - x_(i+d/2) sin(angle_i)
    y_(i+d/2) = x_(i+d/2) cos(angle_i) + x_i sin(angle_i)

Rotating q by its position and k by its own leaves a score that depends on the difference of the two alone.
"""

import torch


def rotary_tables(head_dim: int, positions: torch.Tensor, base: float = 10000.0) -> tuple[torch.Tensor, torch.Tensor]:
    # In float64, because the error of an angle grows with the position; the tables are rounded once, at the end.
    exponents = torch.arange(0, head_dim, 2, device=positions.device).double() / head_dim  # (d/2,)
    inv_freq = base**-exponents  # (d/2,): from 1 down to almost 1/base
    angles = positions.double().unsqueeze(-1) @ inv_freq[None]  # (..., seq, 1) @ (1, d/2) -> (..., seq, d/2)
    angles = torch.cat((angles, angles), dim=-1)  # (..., seq, d)
    return angles.cos().float(), angles.sin().float()


def apply_rotary(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    # All heads share one table: (seq, d) -> (1, seq, d), and (batch, seq, d) -> (batch, 1, seq, d).
    cos, sin = cos.unsqueeze(-3), sin.unsqueeze(-3)
    first, second = x.chunk(2, dim=-1)  # twice (batch, heads, seq, d/2)
    quarter_turn = torch.cat((-second, first), dim=-1)  # x with every pair turned by 90 degrees
    # Tables in float32 widen the products; one rounding at the end. Llama rounds cos and sin first: 1 eps more.
    return (x * cos + quarter_turn * sin).to(x.dtype)
