# killed-by: values
# mistake: wrong-dimension
# Shares one statistic among all tokens of a sequence.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        dims = tuple(range(max(h.dim() - 2, 0), h.dim()))
        h = h * torch.rsqrt(h.pow(2).mean(dims, keepdim=True) + self.eps)
        return (self.weight * h).to(x.dtype)
