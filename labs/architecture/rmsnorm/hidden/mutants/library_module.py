# killed-by: own-work
# The library's module does the work.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.inner = nn.RMSNorm(dim, elementwise_affine=False)
        self.eps = eps

    def forward(self, x):
        h = x.float()
        self.inner.eps = self.eps
        return (self.weight * self.inner(h)).to(x.dtype)
