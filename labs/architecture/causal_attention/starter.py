"""Causal attention whose rows without a visible key are zero."""

import torch


def causal_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, keep: torch.Tensor | None = None
) -> torch.Tensor:
    """Attention of the last queries of a sequence over all its keys.

    q: (batch, heads, length_q, dim). k: (batch, heads, length_k, dim). v: (batch, heads, length_k, dim_v).
    keep: (batch, length_k), bool, True where the key is a token and False where it is padding; None: no padding.
    Returns (batch, heads, length_q, dim_v) in the dtype of q; zero where a query sees no key.
    """
    raise NotImplementedError("TODO: scores, mask, softmax, and the rows that see nothing")
