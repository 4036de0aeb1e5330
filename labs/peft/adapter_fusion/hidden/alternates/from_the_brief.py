# Written from the brief and the starter alone.
"""AdapterFusion for one layer: attention over the outputs of frozen adapters."""

import torch
from torch import nn


class AdapterFusion(nn.Module):
    """Frozen adapters, and the trained layers `query`, `key` and `value` that weigh them."""

    def __init__(self, adapters: nn.ModuleList, d: int) -> None:
        super().__init__()
        self.adapters = adapters.requires_grad_(False)
        self.query = nn.Linear(d, d, dtype=torch.float32)
        self.key = nn.Linear(d, d, dtype=torch.float32)
        self.value = nn.Linear(d, d, bias=False, dtype=torch.float32)
        nn.init.eye_(self.value.weight)

    def _outputs(self, h: torch.Tensor) -> torch.Tensor:
        return torch.stack([adapter(h) for adapter in self.adapters], dim=-2).float()  # (..., N, d)

    def _weights(self, h: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        scores = (self.query(h.float()).unsqueeze(-2) * self.key(z)).sum(-1)
        return scores.softmax(dim=-1)

    def weights(self, h: torch.Tensor) -> torch.Tensor:
        """h: (..., d). Returns each adapter's share for each token, (..., N), in float32."""
        return self._weights(h, self._outputs(h))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """h: (..., d), in the dtype of the adapters. Returns (..., d) in the same dtype."""
        z = self._outputs(h)
        s = self._weights(h, z)
        return (s.unsqueeze(-1) * self.value(z)).sum(-2).to(h.dtype)
