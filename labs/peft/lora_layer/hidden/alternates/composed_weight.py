# One product with W + (alpha / r) B A wherever nothing is dropped; a second one where something is.
import torch
from torch import nn
from torch.nn import functional as F


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        weight = base.weight.detach()
        self.register_buffer("weight", weight.clone())
        self.register_buffer("bias", None if base.bias is None else base.bias.detach().clone())
        self.lora_A = nn.Parameter(torch.randn(r, base.in_features).to(weight) * base.in_features**-0.5)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r).to(weight))
        self.r, self.alpha, self.p = r, alpha, dropout
        self.is_merged = False

    @property
    def delta(self):
        return (self.alpha / self.r) * torch.matmul(self.lora_B, self.lora_A)

    def forward(self, x):
        if self.is_merged:
            return F.linear(x, self.weight, self.bias)
        if self.training and self.p > 0:
            return F.linear(x, self.weight, self.bias) + F.linear(F.dropout(x, self.p), self.delta)
        return F.linear(x, self.weight + self.delta, self.bias)

    def merge(self):
        if not self.is_merged:
            self.weight.add_(self.delta.detach())
        self.is_merged = True

    def unmerge(self):
        if self.is_merged:
            self.weight.sub_(self.delta.detach())
        self.is_merged = False
