# killed-by: parameters
# mistake: float32-adapter
# A and B stay in float32 over a half-precision base; the result is cast back.
import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(r, base.in_features) / r)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r))
        self.dropout = nn.Dropout(dropout)
        self.scale = alpha / r
        self.merged = False

    def delta(self):
        return (self.lora_B @ self.lora_A * self.scale).to(self.base.weight.dtype)

    def forward(self, x):
        if self.merged:
            return self.base(x)
        update = self.dropout(x).float() @ self.lora_A.T @ self.lora_B.T * self.scale
        return (self.base(x) + update).to(x.dtype)

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
