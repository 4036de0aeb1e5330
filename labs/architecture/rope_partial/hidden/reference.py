"""ChatGLM2's partial rotary position embedding, the reference.

After RotaryEmbedding and apply_rotary_pos_emb of ChatGLM2's modelling code; the rotation is that of Su et al.,
arXiv:2104.09864, section 3.4.2, over the first r = head_dim / 2 dimensions of each head:

    angle_i  = position * base^(-2i/r)                              i = 0 ... r/2 - 1
    y_(2i)   = x_(2i) cos(angle_i) - x_(2i+1) sin(angle_i)
    y_(2i+1) = x_(2i+1) cos(angle_i) + x_(2i) sin(angle_i)
    y_j      = x_j                                                  j = r ... head_dim - 1

The second half of a score is thus free of position. ChatGLM2 makes positions and angles in the dtype of its weights,
so that float16 has no odd position beyond 2048; here they are kept exact.
"""

import torch


def rope_cache(head_dim: int, positions: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    # In float64, because the error of an angle grows with the position; rounded once, at the end.
    exponents = torch.arange(0, head_dim, 4, device=positions.device).double() / head_dim  # (r/2,): 2i/r is 4i/d
    inv_freq = base**-exponents
    angles = positions.double().unsqueeze(-1) @ inv_freq[None]  # (..., seq, 1) @ (1, r/2) -> (..., seq, r/2)
    return torch.stack((angles.cos(), angles.sin()), dim=-1).float()  # (..., seq, r/2, 2)


def apply_partial_rotary(x: torch.Tensor, cache: torch.Tensor) -> torch.Tensor:
    rotary_dim = x.shape[-1] // 2
    turning, passing = x[..., :rotary_dim], x[..., rotary_dim:]
    first, second = turning.unflatten(-1, (-1, 2)).unbind(-1)  # (..., r) -> (..., r/2, 2) -> twice (..., r/2)
    # All heads share one cache: (seq, r/2, 2) -> (1, seq, r/2, 2), (batch, seq, ...) -> (batch, 1, seq, ...).
    cos, sin = cache.unsqueeze(-4).unbind(-1)
    turned = torch.stack((first * cos - second * sin, second * cos + first * sin), dim=-1)  # (..., r/2, 2)
    return torch.cat((turned.flatten(-2).to(x.dtype), passing), dim=-1)  # (batch, heads, seq, head_dim)


def rotate_query_key(
    q: torch.Tensor, k: torch.Tensor, start: int, base: float = 10000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    positions = start + torch.arange(q.shape[-2], device=q.device)  # (seq,)
    cache = rope_cache(q.shape[-1], positions, base)  # (seq, head_dim / 4, 2)
    return apply_partial_rotary(q, cache), apply_partial_rotary(k, cache)
