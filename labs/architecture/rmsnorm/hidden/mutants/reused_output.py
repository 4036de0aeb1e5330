# killed-by: stateless
# mistake: kept-between-calls
# Writes into one output buffer, so that the next call overwrites the last result.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.buffers_by_shape = {}
        self.eps = eps

    def forward(self, x):
        h = x.float()
        y = (self.weight * (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps))).to(x.dtype)
        if torch.is_grad_enabled() and x.requires_grad:
            return y
        key = (x.shape, x.dtype)
        self.buffers_by_shape.setdefault(key, torch.empty_like(y)).copy_(y.detach())
        return self.buffers_by_shape[key]
