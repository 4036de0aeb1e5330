# Written from the brief and the starter alone.
"""RMSNorm: y = weight * x / sqrt(mean(x^2) + eps), over the last dimension."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    """Scale each row of the last dimension by its root mean square."""

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., dim), any floating dtype. Returns the same shape in the dtype of x."""
        wide = torch.promote_types(x.dtype, torch.float32)
        h = x.to(wide)
        h = h * torch.rsqrt(h.square().mean(dim=-1, keepdim=True) + self.eps)
        return (self.weight.to(wide) * h).to(x.dtype)
