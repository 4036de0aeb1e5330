"""A LoRA layer: y = base(x) + (alpha / r) * dropout(x) A^T B^T, with the base frozen."""

import torch
from torch import nn


class LoRALinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update beside it."""

    def __init__(self, base: nn.Linear, r: int, alpha: float, dropout: float = 0.0) -> None:
        super().__init__()
        # TODO: freeze the base; the parameters `lora_A` (r, in) and `lora_B` (out, r); the scale; the dropout.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        raise NotImplementedError("TODO: the base's output plus the adapter's")

    def merge(self) -> None:
        """Fold the update into the base's weight: forward then needs that weight alone."""
        raise NotImplementedError("TODO: merge")

    def unmerge(self) -> None:
        """Take the update out of the base's weight again."""
        raise NotImplementedError("TODO: unmerge")
