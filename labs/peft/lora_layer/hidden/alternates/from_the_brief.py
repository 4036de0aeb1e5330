# Written from the brief and the starter alone.
"""A LoRA layer: y = base(x) + (alpha / r) * dropout(x) A^T B^T, with the base frozen."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class LoRALinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update beside it."""

    def __init__(self, base: nn.Linear, r: int, alpha: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.scale = alpha / r
        self.dropout = nn.Dropout(dropout)
        weight = base.weight
        # Drawn in float32: a uniform draw in bfloat16 has so few values that a row of width 1 may come out as zero.
        init = torch.empty(r, base.in_features, device=weight.device, dtype=torch.float32)
        nn.init.kaiming_uniform_(init, a=math.sqrt(5))
        self.lora_A = nn.Parameter(init.to(weight.dtype))
        self.lora_B = nn.Parameter(weight.new_zeros(base.out_features, r))
        # The weight before the merge, None while not merged. Subtracting the update would drift in half precision.
        self.register_buffer("unmerged_weight", None, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        out = self.base(x)
        if self.unmerged_weight is not None:
            return out
        update = F.linear(self.dropout(x).float(), self.lora_A.float())
        update = F.linear(update, self.lora_B.float()) * self.scale
        return (out.float() + update).to(out.dtype)

    @torch.no_grad()
    def merge(self) -> None:
        """Fold the update into the base's weight: forward then needs that weight alone."""
        if self.unmerged_weight is not None:
            return
        weight = self.base.weight
        self.unmerged_weight = weight.detach().clone()
        delta = (self.lora_B.float() @ self.lora_A.float()) * self.scale
        weight.copy_(weight.float() + delta)

    @torch.no_grad()
    def unmerge(self) -> None:
        """Take the update out of the base's weight again."""
        if self.unmerged_weight is None:
            return
        self.base.weight.copy_(self.unmerged_weight)
        self.unmerged_weight = None
