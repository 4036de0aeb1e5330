"""ChatGLM-6B's two-dimensional positions and their rotation, the reference.

Zhengxiao Du et al., "GLM", arXiv:2103.10360, give each token two positions: its place in the corrupted text, where
all tokens of a span share the place of their mask, and its place inside the span, 0 for what is context. ChatGLM-6B
(get_position_ids and SelfAttention in its modelling code) puts each into half of every head, by RoPE over pairs
(i, i + h/2) with h = head_dim / 2:

    angle_i   = position * base^(-2i/h)                          i = 0 ... h/2 - 1
    y_i       = x_i cos(angle_i) - x_(i+h/2) sin(angle_i)
    y_(i+h/2) = x_(i+h/2) cos(angle_i) + x_i sin(angle_i)

Its released code keeps frequencies in float16; here angles are exact and only the result is rounded.
"""

import torch


def glm_position_ids(
    input_ids: torch.Tensor, bos_token_id: int, mask_positions: list[int], use_gmasks: list[bool]
) -> torch.Tensor:
    batch, seq = input_ids.shape
    index = torch.arange(seq, device=input_ids.device)
    ids = torch.empty(batch, 2, seq, dtype=torch.int64, device=input_ids.device)
    for row, tokens, mask, use_gmask in zip(ids, input_ids, mask_positions, use_gmasks, strict=True):
        context = tokens.tolist().index(bos_token_id)  # the first bos: what is before it is context
        row[0] = index
        if not use_gmask:
            row[0, context:] = mask  # the answer stands where the mask stands
        row[1] = (index - context + 1).clamp_min(0)  # 0 in the context, 1 at the bos
    return ids


def apply_rotary_2d(
    q: torch.Tensor, k: torch.Tensor, position_ids: torch.Tensor, base: float = 10000.0
) -> tuple[torch.Tensor, torch.Tensor]:
    exponents = torch.arange(0, q.shape[-1], 4, device=q.device).double() / q.shape[-1]  # (h/2,): 2i/h is 4i/d
    inv_freq = base**-exponents
    angles = position_ids.double().unsqueeze(-1) @ inv_freq[None]  # (batch, 2, seq, 1) @ (1, h/2)
    # The tables stay in float64, and all products with them: one rounding to the dtype of q and k at the end.
    cos, sin = angles.cos(), angles.sin()
    return _rotate(q, cos, sin), _rotate(k, cos, sin)


def _rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    parts = x.unflatten(-1, (2, 2, -1))  # (batch, heads, seq, d) -> (batch, heads, seq, half, side of the pair, h/2)
    first, second = parts.unbind(-2)  # twice (batch, heads, seq, 2, h/2)
    # All heads share the positions: (batch, 2, seq, h/2) -> (batch, 1, seq, 2, h/2).
    cos, sin = (t.transpose(1, 2).unsqueeze(1) for t in (cos, sin))
    turned = torch.stack((first * cos - second * sin, second * cos + first * sin), dim=-2)  # as `parts`
    return turned.flatten(-3).to(x.dtype)  # (batch, heads, seq, d)
