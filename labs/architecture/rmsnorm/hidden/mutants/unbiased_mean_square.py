# killed-by: values
# mistake: not-the-root-mean-square
# Bessel's correction where there is no mean to correct for.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).sum(-1, keepdim=True) / max(h.shape[-1] - 1, 1) + self.eps)
        return (self.weight * h).to(x.dtype)
