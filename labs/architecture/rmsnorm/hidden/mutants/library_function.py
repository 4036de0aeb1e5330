# killed-by: own-work
# The library does the work.
import torch
import torch.nn.functional as F
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        return F.rms_norm(h, (h.shape[-1],), self.weight.float(), self.eps).to(x.dtype)
