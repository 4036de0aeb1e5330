"""Dynamic NTK and log-n scaling, as in the first Qwen models: RoPE for texts longer than those of training."""

import torch
from torch import nn


def ntk_alpha(length: int, train_length: int) -> float:
    """By how much a text of this length is stretched: 1 up to train_length, then in steps."""
    raise NotImplementedError("TODO: alpha")


def logn_scale(positions: torch.Tensor, train_length: int) -> torch.Tensor:
    """positions: int64, any shape, from 0 on. Returns the factor of each query, float32, in the same shape."""
    raise NotImplementedError("TODO: the factors")


class LongContextRotary(nn.Module):
    """RoPE with pairs (j, j + d/2), with both extensions in evaluation mode and neither in training mode."""

    def __init__(self, head_dim: int, train_length: int, base: float = 10000.0) -> None:
        super().__init__()
        # TODO: keep what the two methods need.

    def frequencies(self, length: int) -> torch.Tensor:
        """The frequency of each pair for a text of this length: float32, (head_dim / 2,)."""
        raise NotImplementedError("TODO: the enlarged base; its frequencies")

    def forward(self, q: torch.Tensor, k: torch.Tensor, start: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
        """q: (batch, heads, seq, head_dim), k: (batch, kv_heads, seq, head_dim), at positions start, start + 1, ..."""
        raise NotImplementedError("TODO: rotate both, scale q")
