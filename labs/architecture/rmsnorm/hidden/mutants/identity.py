# killed-by: values
# mistake: not-the-root-mean-square
# Normalisation can be skipped while the input is well scaled.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return x
