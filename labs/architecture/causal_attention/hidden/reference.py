"""Causal attention with rows that see nothing, the reference.

Ashish Vaswani et al., "Attention Is All You Need", arXiv:1706.03762, section 3.2.1, equation 1, and the mask of
section 3.2.3:

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V        with -inf in the place of every score that is not allowed

Over a row of nothing but -inf the softmax is 0 / 0. The paper never meets one; padding and a cache do, and PyTorch's
own attention gives zeros there since version 2.5. The trick below makes no NaN in the first place, for it would come
back in the backward pass: the smallest finite number stands for -inf, and what must not be seen is set to zero after
the softmax. Where a query sees a key that changes nothing, for exp(-3e38) is zero already.
"""

import torch


def causal_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, keep: torch.Tensor | None = None
) -> torch.Tensor:
    wide = torch.promote_types(q.dtype, torch.float32)  # float16 ends at 65504, and its scores have few digits
    scores = q.to(wide) @ k.to(wide).transpose(-1, -2) * q.shape[-1] ** -0.5  # (batch, heads, length_q, length_k)
    visible = _visible(q.shape[-2], k.shape[-2], q.device)  # (length_q, length_k)
    if keep is not None:
        visible = visible & keep[:, None, None, :]  # (batch, 1, 1, length_k) -> (batch, 1, length_q, length_k)
    weights = scores.masked_fill(~visible, torch.finfo(wide).min).softmax(dim=-1).masked_fill(~visible, 0.0)
    return (weights @ v.to(wide)).to(q.dtype)  # (..., length_q, length_k) @ (..., length_k, dim_v)


def _visible(length_q: int, length_k: int, device: torch.device) -> torch.Tensor:
    """The queries are the last of the sequence: query i stands at position i + length_k - length_q."""
    position_q = torch.arange(length_q, device=device) + length_k - length_q
    return torch.arange(length_k, device=device) <= position_q[:, None]
