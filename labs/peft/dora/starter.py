"""A DoRA layer: the weight with its low-rank update, each row brought to a trained length."""

import torch
from torch import nn


class DoRALinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update and trainable magnitudes."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        # TODO: freeze the base; the parameters `lora_A` (r, in), `lora_B` (out, r) and `magnitude` (out,).

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        raise NotImplementedError("TODO: forward")

    def merge(self) -> None:
        """Write the composed weight into the base: forward then needs the base alone."""
        raise NotImplementedError("TODO: merge")

    def unmerge(self) -> None:
        """Bring the base back as it was before the merge."""
        raise NotImplementedError("TODO: unmerge")
