# killed-by: half-precision
# mistake: half-scores
# Computes everything in the dtype of h.
import torch
from torch import nn


class AdapterFusion(nn.Module):
    def __init__(self, adapters, d):
        super().__init__()
        self.adapters = adapters
        for p in adapters.parameters():
            p.requires_grad = False
        self.query = nn.Linear(d, d)
        self.key = nn.Linear(d, d)
        self.value = nn.Linear(d, d, bias=False)
        with torch.no_grad():
            self.value.weight.copy_(torch.eye(d))

    def stack(self, h):
        return torch.stack([a(h) for a in self.adapters], dim=-2).float()

    def weights(self, h):
        z = self.stack(h)
        q = nn.functional.linear(h, self.query.weight.to(h.dtype), self.query.bias.to(h.dtype))
        scores = (nn.functional.linear(z.to(h.dtype), self.key.weight.to(h.dtype), self.key.bias.to(h.dtype)) * q.unsqueeze(-2)).sum(-1)
        return scores.softmax(dim=-1).float()

    def forward(self, h):
        s = self.weights(h)
        v = self.value(self.stack(h))
        return (s.unsqueeze(-1) * v).sum(-2).to(h.dtype)
