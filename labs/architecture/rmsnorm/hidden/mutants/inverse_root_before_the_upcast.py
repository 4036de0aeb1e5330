# killed-by: float32-statistics
# mistake: statistic-in-half
# Mean in float32, but eps is added after a cast back to float16, where it is lost.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = x.float() * torch.rsqrt((h.pow(2).mean(-1, keepdim=True).to(x.dtype) + self.eps)).float()
        return (self.weight * h).to(x.dtype)
