# killed-by: eps
# mistake: eps-misplaced
# Uses eps as a lower bound, as F.normalize does, instead of adding it.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True).clamp_min(self.eps))
        return (self.weight * h).to(x.dtype)
