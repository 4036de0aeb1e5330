# killed-by: unmerge
# mistake: unmerge-takes-too-much
# Subtracts the update twice.
import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(r, base.in_features, dtype=base.weight.dtype) / r)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r, dtype=base.weight.dtype))
        self.dropout = nn.Dropout(dropout)
        self.scale = alpha / r
        self.merged = False

    def delta(self):
        return self.lora_B @ self.lora_A * self.scale

    def forward(self, x):
        if self.merged:
            return self.base(x)
        return self.base(x) + self.dropout(x) @ self.lora_A.T @ self.lora_B.T * self.scale

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.base.weight += self.delta()
            self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if self.merged:
            self.base.weight -= 2 * self.delta()
            self.merged = False
