# killed-by: own-work
# Inherits from the library's module, under another name.
import torch
from torch.nn import RMSNorm as Norm


class RMSNorm(Norm):
    def __init__(self, dim, eps=1e-6):
        super().__init__(dim, eps)

    def forward(self, x):
        return super().forward(x).to(x.dtype)
