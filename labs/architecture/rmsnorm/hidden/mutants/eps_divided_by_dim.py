# killed-by: eps
# mistake: eps-misplaced
# Adds eps to the sum before dividing by dim.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt((h.pow(2).sum(-1, keepdim=True) + self.eps) / h.shape[-1])
        return (self.weight * h).to(x.dtype)
