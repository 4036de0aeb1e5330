# One adapter at a time, with a running maximum and sum, as a softmax that is never held whole.
import torch
from torch import nn


class AdapterFusion(nn.Module):
    def __init__(self, adapters, d):
        super().__init__()
        self.members = adapters
        for name, parameter in adapters.named_parameters():
            parameter.requires_grad_(False)
        self.query = nn.Linear(d, d)
        self.key = nn.Linear(d, d)
        self.value = nn.Linear(d, d, bias=False)
        with torch.no_grad():
            self.value.weight.zero_().fill_diagonal_(1.0)

    def score(self, q, z):
        return (q * self.key(z.float())).sum(-1, keepdim=True)

    def weights(self, h):
        q = self.query(h.float())
        scores = torch.cat([self.score(q, adapter(h)) for adapter in self.members], dim=-1)
        return (scores - scores.logsumexp(-1, keepdim=True)).exp()

    def forward(self, h):
        q = self.query(h.float())
        top = total = out = None
        for adapter in self.members:
            z = adapter(h)
            score, v = self.score(q, z), self.value(z.float())
            if top is None:
                top, total, out = score, torch.ones_like(score), v
                continue
            new = torch.maximum(top, score)
            old, share = (top - new).exp(), (score - new).exp()
            total, out, top = total * old + share, out * old + share * v, new
        return (out / total).to(h.dtype)
