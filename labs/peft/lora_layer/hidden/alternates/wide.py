# Computes in float32 whatever comes in, rounds once at the end, and drops by a mask of its own between A and B.
import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.wrapped = base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(r, base.in_features).to(base.weight) / r)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r).to(base.weight))
        self.r, self.alpha, self.keep = r, alpha, 1 - dropout
        self.merged = False

    def _dropped(self, h):
        if not self.training or self.keep == 1:
            return h
        return h * torch.empty_like(h).bernoulli_(self.keep) / self.keep

    def forward(self, x):
        wide = x.float()
        y = wide @ self.wrapped.weight.float().T
        if self.wrapped.bias is not None:
            y = y + self.wrapped.bias.float()
        if not self.merged:
            low = self._dropped(wide @ self.lora_A.float().T)
            y = y + low @ self.lora_B.float().T * self.alpha / self.r
        return y.to(x.dtype)

    @torch.no_grad()
    def _add(self, sign):
        weight = self.wrapped.weight
        weight.copy_(weight.float() + sign * self.alpha * (self.lora_B.float() @ self.lora_A.float()) / self.r)
        self.merged = sign > 0

    def merge(self):
        self.merged or self._add(1)

    def unmerge(self):
        self.merged and self._add(-1)
