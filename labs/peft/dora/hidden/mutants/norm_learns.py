# killed-by: adapter-gradient
# mistake: norm-learns
# Lets the gradient pass through the norm.
import torch
import torch.nn.functional as F
from torch import nn


class DoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base = base
        base.requires_grad_(False)
        w = base.weight
        self.lora_A = nn.Parameter((torch.randn(r, w.shape[1], device=w.device) / w.shape[1] ** 0.5).to(w.dtype))
        self.lora_B = nn.Parameter(torch.zeros(w.shape[0], r, dtype=w.dtype, device=w.device))
        self.magnitude = nn.Parameter(w.float().norm(dim=1).to(w.dtype))
        self.scaling = alpha / r
        self.saved = None

    def direction(self):
        return self.base.weight + (self.lora_B @ self.lora_A) * self.scaling

    def forward(self, x):
        if self.saved is not None:
            return self.base(x)
        v = self.direction()
        norm = v.float().norm(dim=1)
        factor = (self.magnitude / norm).to(x.dtype)
        y = F.linear(x, v) * factor
        if self.base.bias is not None:
            y = y + self.base.bias
        return y

    @torch.no_grad()
    def merge(self):
        if self.saved is not None:
            return
        self.saved = self.base.weight.clone()
        v = self.direction().float()
        norm = v.norm(dim=1, keepdim=True)
        self.base.weight.copy_(self.magnitude[:, None] / norm * v)

    @torch.no_grad()
    def unmerge(self):
        if self.saved is None:
            return
        self.base.weight.copy_(self.saved)
        self.saved = None
