# killed-by: shapes
# mistake: wrong-dimension
# Counts dimensions from the front: right for (batch, length, dim) and wrong with one more.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        last = min(2, h.dim() - 1)
        h = h * torch.rsqrt(h.pow(2).mean(last, keepdim=True) + self.eps)
        return (self.weight * h).to(x.dtype)
