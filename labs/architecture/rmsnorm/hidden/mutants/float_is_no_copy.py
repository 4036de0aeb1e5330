# killed-by: unchanged-input
# mistake: in-place
# .float() of a float32 tensor is the tensor itself, so the in-place product changes the input.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h.mul_(torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps))
        return (self.weight * h).to(x.dtype)
