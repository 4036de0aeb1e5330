# killed-by: weight
# mistake: one-plus-weight
# Gemma's convention: 1 + weight with a weight of zeros. A fresh module is right, a loaded one is not.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return ((1 + self.weight) * h).to(x.dtype)
