# killed-by: shapes
# mistake: shape-taken-for-granted
# Walks through memory row by row, as a kernel does that takes every input for contiguous.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        strides = torch.empty(x.shape, device="meta").stride()
        h = x.as_strided(x.shape, strides).float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return (self.weight * h).to(x.dtype)
