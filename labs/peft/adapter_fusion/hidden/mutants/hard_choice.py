# killed-by: fusion-gradients
# mistake: cut-off
# Takes the best adapter alone, straight through: the values are a choice.
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
        soft = scores.softmax(dim=-1)
        return torch.nn.functional.one_hot(soft.argmax(-1), soft.shape[-1]).float() + 0 * soft

    def forward(self, h):
        s = self.weights(h)
        v = self.value(self.stack(h))
        return (s.unsqueeze(-1) * v).sum(-2).to(h.dtype)
