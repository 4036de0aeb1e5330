# Written from the brief and the starter alone.
"""A DoRA layer: the weight with its low-rank update, each row brought to a trained length."""

import torch
import torch.nn.functional as F
from torch import nn


class DoRALinear(nn.Module):
    """A frozen linear layer with a trainable low-rank update and trainable magnitudes."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.scaling = alpha / r
        weight = base.weight
        like = {"dtype": weight.dtype, "device": weight.device}
        self.lora_A = nn.Parameter(torch.empty(r, base.in_features, **like))
        nn.init.kaiming_uniform_(self.lora_A, a=5**0.5)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r, **like))
        self.magnitude = nn.Parameter(weight.detach().float().norm(dim=1).to(weight.dtype))
        self._backup: torch.Tensor | None = None  # the weight as it was, while merged

    def _composed(self) -> torch.Tensor:
        """m / ||V|| * V in float32; the norm is a constant for the backward pass."""
        v = self.base.weight.float() + self.scaling * (self.lora_B.float() @ self.lora_A.float())
        norm = v.detach().norm(dim=1)
        return (self.magnitude.float() / norm)[:, None] * v

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        if self._backup is not None:
            return self.base(x)
        bias = None if self.base.bias is None else self.base.bias.float()
        return F.linear(x.float(), self._composed(), bias).to(x.dtype)

    @torch.no_grad()
    def merge(self) -> None:
        """Write the composed weight into the base: forward then needs the base alone."""
        if self._backup is None:
            composed = self._composed()
            self._backup = self.base.weight.detach().clone()
            self.base.weight.copy_(composed)

    @torch.no_grad()
    def unmerge(self) -> None:
        """Bring the base back as it was before the merge."""
        if self._backup is not None:
            self.base.weight.copy_(self._backup)
            self._backup = None
