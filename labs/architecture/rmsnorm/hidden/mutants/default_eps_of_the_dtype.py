# killed-by: eps
# mistake: eps-default
# The default is the machine epsilon of float32, as in the library's module.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=torch.finfo(torch.float32).eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return (self.weight * h).to(x.dtype)
