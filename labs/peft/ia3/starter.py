"""(IA)^3 over a linear layer: one learned vector that scales its output, or its input in a feed-forward network."""

import torch
from torch import nn


class IA3Linear(nn.Module):
    """A frozen linear layer with a trained vector `ia3_l`."""

    def __init__(self, base: nn.Linear, feedforward: bool = False) -> None:
        super().__init__()
        # TODO: freeze the base; the parameter `ia3_l`, (in,) where `feedforward`, else (out,), in float32.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        raise NotImplementedError("TODO: forward")

    def merge(self) -> None:
        """Fold the vector into the base: forward then needs the base alone."""
        raise NotImplementedError("TODO: merge")

    def unmerge(self) -> None:
        """Bring the base back as it was before the merge."""
        raise NotImplementedError("TODO: unmerge")
