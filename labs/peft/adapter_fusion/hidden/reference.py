"""AdapterFusion for one layer, the reference.

Jonas Pfeiffer et al., "AdapterFusion: Non-Destructive Task Composition for Transfer Learning", arXiv:2005.00247,
section 3.2. In the first stage N adapters are trained, one a task. In the second they are frozen, and Q, K and V of
each layer learn to compose them. With h the output of the layer's feed-forward network and z_n that of adapter n:

    s = softmax_n(h^T Q · z_n^T K)        o = sum_n s_n (z_n^T V)

The softmax runs over the adapters, for each token by itself, and its scores are not divided by sqrt(d). V starts as
the identity, so that at first the adapters' outputs come through as they are. The authors' code, BertFusion in
adapters/modeling.py, gives query and key a bias and V none; the brief follows it.
"""

import torch
from torch import nn


class AdapterFusion(nn.Module):
    def __init__(self, adapters: nn.ModuleList, d: int) -> None:
        super().__init__()
        self.adapters = adapters.requires_grad_(False)  # frozen, and still part of the graph
        self.query = nn.Linear(d, d)
        self.key = nn.Linear(d, d)
        self.value = nn.Linear(d, d, bias=False)
        nn.init.eye_(self.value.weight)

    def weights(self, h: torch.Tensor) -> torch.Tensor:
        return self._weights(h, self._adapted(h))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        z = self._adapted(h)
        s = self._weights(h, z)
        # (..., 1, N) @ (..., N, d) -> (..., 1, d) -> (..., d)
        return (s.unsqueeze(-2) @ self.value(z)).squeeze(-2).to(h.dtype)

    def _adapted(self, h: torch.Tensor) -> torch.Tensor:
        z = torch.stack([adapter(h) for adapter in self.adapters], dim=-2)  # N of (..., d) -> (..., N, d)
        return z.to(self.key.weight.dtype)

    def _weights(self, h: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        query = self.query(h.to(self.query.weight.dtype))
        scores = (self.key(z) @ query.unsqueeze(-1)).squeeze(-1)  # (..., N, d) @ (..., d, 1) -> (..., N)
        return scores.softmax(dim=-1)
