# killed-by: values
# mistake: rounded-to-bfloat16
# Runs the adapter in bfloat16 whatever the base is in, to save memory.
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
        h = self.dropout(x).bfloat16() @ self.lora_A.bfloat16().T @ self.lora_B.bfloat16().T
        return self.base(x) + h.to(x.dtype) * self.scale

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.base.weight += self.delta()
            self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if self.merged:
            self.base.weight -= self.delta()
            self.merged = False
