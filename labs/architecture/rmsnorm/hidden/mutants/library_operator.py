# killed-by: own-work
# The library's operator below its Python functions.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        return torch.ops.aten.rms_norm.default(h, [h.shape[-1]], self.weight.float(), self.eps).to(x.dtype)
