# killed-by: unchanged-input
# mistake: in-place
# Squares in place to save memory; the values are right, the caller's tensor is not.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float().clone()
        mean_square = (x if x.dtype == torch.float32 else x.float()).pow_(2).mean(-1, keepdim=True)
        return (self.weight * (h * torch.rsqrt(mean_square + self.eps))).to(x.dtype)
