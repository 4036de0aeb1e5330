# Everything in float32, a division by the root, one cast at the end.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        x32 = x.float()
        rms = (x32 * x32).mean(-1, keepdim=True).add(self.eps).sqrt()
        return (x32 / rms * self.weight.float()).type_as(x)
