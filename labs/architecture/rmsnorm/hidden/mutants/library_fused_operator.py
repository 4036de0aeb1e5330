# killed-by: own-work
# The fused kernel behind the library's function.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        return torch.ops.aten._fused_rms_norm(h, [h.shape[-1]], self.weight.float(), self.eps)[0].to(x.dtype)
