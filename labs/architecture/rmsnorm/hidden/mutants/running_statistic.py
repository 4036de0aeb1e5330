# killed-by: stateless
# mistake: kept-between-calls
# Keeps a running mean square and uses it in evaluation mode, as BatchNorm does.
import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.register_buffer("running", torch.ones(()))
        self.eps = eps

    def forward(self, x):
        h = x.float()
        mean_square = h.pow(2).mean(-1, keepdim=True)
        if self.training:
            self.running.lerp_(mean_square.detach().mean(), 0.1)
        else:
            mean_square = self.running
        return (self.weight * (h * torch.rsqrt(mean_square + self.eps))).to(x.dtype)
