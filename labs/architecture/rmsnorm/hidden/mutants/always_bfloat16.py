# killed-by: result-dtype
# mistake: fixed-dtype
# Returns bfloat16 for everything that is not float32.
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
        return (self.weight * h).to(torch.float32 if x.dtype == torch.float32 else torch.bfloat16)
