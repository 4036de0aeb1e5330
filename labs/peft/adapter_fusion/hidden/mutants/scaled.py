# killed-by: weights
# mistake: scaled
# Divides the scores by the square root of d.
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
        q = self.query(h.float())
        scores = (self.key(z) * q.unsqueeze(-2)).sum(-1)
        return (scores / q.shape[-1] ** 0.5).softmax(dim=-1)

    def forward(self, h):
        s = self.weights(h)
        v = self.value(self.stack(h))
        return (s.unsqueeze(-1) * v).sum(-2).to(h.dtype)
