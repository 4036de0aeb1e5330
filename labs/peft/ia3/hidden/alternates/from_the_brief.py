# Written from the brief and the starter alone.
"""(IA)^3 over a linear layer: one learned vector that scales its output, or its input in a feed-forward network."""

import torch
from torch import nn


class IA3Linear(nn.Module):
    """A frozen linear layer with a trained vector `ia3_l`."""

    def __init__(self, base: nn.Linear, feedforward: bool = False) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.feedforward = feedforward
        size = base.in_features if feedforward else base.out_features
        self.ia3_l = nn.Parameter(torch.ones(size, dtype=torch.float32, device=base.weight.device))
        self._backup: tuple[torch.Tensor, torch.Tensor | None] | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        if self._backup is not None:
            return self.base(x)
        if self.feedforward:
            return self.base((x * self.ia3_l).to(x.dtype))
        return (self.base(x) * self.ia3_l).to(x.dtype)

    @torch.no_grad()
    def merge(self) -> None:
        """Fold the vector into the base: forward then needs the base alone."""
        if self._backup is not None:
            return
        weight, bias = self.base.weight, self.base.bias
        self._backup = (weight.clone(), None if bias is None else bias.clone())
        if self.feedforward:
            weight.copy_(weight.float() * self.ia3_l)
        else:
            weight.copy_(weight.float() * self.ia3_l[:, None])
            if bias is not None:
                bias.copy_(bias.float() * self.ia3_l)

    @torch.no_grad()
    def unmerge(self) -> None:
        """Bring the base back as it was before the merge."""
        if self._backup is None:
            return
        weight, bias = self._backup
        self.base.weight.copy_(weight)
        if bias is not None:
            self.base.bias.copy_(bias)
        self._backup = None
