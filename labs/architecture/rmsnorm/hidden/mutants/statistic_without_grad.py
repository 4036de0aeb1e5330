# killed-by: input-gradient
# mistake: statistic-detached
# Computes the statistic under no_grad to save memory.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        with torch.no_grad():
            r = torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return (self.weight * (h * r)).to(x.dtype)
