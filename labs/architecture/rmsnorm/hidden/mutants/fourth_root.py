# killed-by: values
# mistake: not-the-root-mean-square
# Takes the RMS and then "the square root of this value plus eps": rooted twice.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        rms = h.pow(2).mean(-1, keepdim=True).sqrt()
        h = h / torch.sqrt(rms + self.eps)
        return (self.weight * h).to(x.dtype)
