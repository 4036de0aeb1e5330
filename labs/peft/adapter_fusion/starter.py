"""AdapterFusion for one layer: attention over the outputs of frozen adapters."""

import torch
from torch import nn


class AdapterFusion(nn.Module):
    """Frozen adapters, and the trained layers `query`, `key` and `value` that weigh them."""

    def __init__(self, adapters: nn.ModuleList, d: int) -> None:
        super().__init__()
        # TODO: freeze the adapters; `query`, `key` and `value`, each nn.Linear(d, d) in float32.

    def weights(self, h: torch.Tensor) -> torch.Tensor:
        """h: (..., d). Returns each adapter's share for each token, (..., N), in float32."""
        raise NotImplementedError("TODO: weights")

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """h: (..., d), in the dtype of the adapters. Returns (..., d) in the same dtype."""
        raise NotImplementedError("TODO: forward")
