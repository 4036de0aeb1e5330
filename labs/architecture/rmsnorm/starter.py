"""RMSNorm: y = weight * x / sqrt(mean(x^2) + eps), over the last dimension."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    """Scale each row of the last dimension by its root mean square."""

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        # TODO: the parameter `weight`, shape (dim,), all ones; keep eps.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., dim), any floating dtype. Returns the same shape in the dtype of x."""
        raise NotImplementedError("TODO: normalise x")
