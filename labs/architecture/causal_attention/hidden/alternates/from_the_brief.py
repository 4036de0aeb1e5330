# Written from the brief and the starter alone.
"""Causal attention whose rows without a visible key are zero."""

import math

import torch


def causal_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, keep: torch.Tensor | None = None
) -> torch.Tensor:
    """Attention of the last queries of a sequence over all its keys."""
    length_q, length_k = q.shape[-2], k.shape[-2]
    scores = torch.matmul(q.float(), k.float().transpose(-2, -1)) / math.sqrt(q.shape[-1])

    place_q = torch.arange(length_q, device=q.device).unsqueeze(1) + (length_k - length_q)
    place_k = torch.arange(length_k, device=q.device).unsqueeze(0)
    visible = (place_k <= place_q)[None, None]  # (1, 1, length_q, length_k)
    if keep is not None:
        visible = visible & keep[:, None, None, :]
    blind = ~visible.any(dim=-1, keepdim=True)

    # -inf for hidden keys; a row without any visible key gets zeros, so that its softmax stays finite, and is wiped.
    scores = scores.masked_fill(~visible, float("-inf")).masked_fill(blind, 0.0)
    weights = torch.softmax(scores, dim=-1).masked_fill(blind, 0.0)
    return torch.matmul(weights, v.float()).to(q.dtype)
