# killed-by: float32-statistics
# mistake: statistic-in-half
# Squares in float16 and widens only the sum.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(x.pow(2).float().mean(-1, keepdim=True) + self.eps)
        return (self.weight * h).to(x.dtype)
