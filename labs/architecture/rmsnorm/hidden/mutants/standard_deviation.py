# killed-by: values
# mistake: mean-subtracted
# Divides by torch.std, which subtracts the mean and divides by n - 1.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h / (h.std(-1, keepdim=True) + self.eps)
        return (self.weight * h).to(x.dtype)
