# Computes in float64 on a flat list of tokens; key and query are folded together first.
import torch
from torch import nn


class AdapterFusion(nn.Module):
    def __init__(self, adapters: nn.ModuleList, d: int):
        super().__init__()
        self.adapters, self.d = adapters.requires_grad_(False), d
        self.query, self.key = nn.Linear(d, d), nn.Linear(d, d)
        self.value = nn.Linear(d, d, bias=False)
        self.value.weight = nn.Parameter(torch.diag(torch.ones(d)))

    def _parts(self, h):
        z = torch.stack([a(h).double() for a in self.adapters], dim=-1)  # (..., d, N)
        q = h.double() @ self.query.weight.double().T + self.query.bias.double()
        folded = q @ self.key.weight.double()  # (..., d): q · K z = (K^T q) · z
        scores = (folded.unsqueeze(-2) @ z).squeeze(-2) + (q @ self.key.bias.double()).unsqueeze(-1)
        return z, torch.softmax(scores, -1)

    def weights(self, h):
        return self._parts(h)[1].float()

    def forward(self, h):
        z, s = self._parts(h)
        mixed = (z @ s.unsqueeze(-1)).squeeze(-1)
        return (mixed @ self.value.weight.double().T).to(h.dtype)
