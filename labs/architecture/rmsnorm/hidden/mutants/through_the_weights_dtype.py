# killed-by: result-dtype
# mistake: fixed-dtype
# Rounds to the dtype of the weight on the way; float32 inputs lose 16 bits.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return (self.weight * h.to(self.weight.dtype)).to(x.dtype)
