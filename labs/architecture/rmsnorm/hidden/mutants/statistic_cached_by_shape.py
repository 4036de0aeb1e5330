# killed-by: stateless
# mistake: kept-between-calls
# Caches the statistic for inputs of the same shape.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.cache = {}
        self.eps = eps

    def forward(self, x):
        h = x.float()
        if x.shape not in self.cache:
            self.cache[x.shape] = torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return (self.weight * (h * self.cache[x.shape])).to(x.dtype)
