# Merging keeps a copy of the base's weight, so that unmerging restores it to the bit.
import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.frozen = base
        self.frozen.weight.requires_grad = False
        if self.frozen.bias is not None:
            self.frozen.bias.requires_grad = False
        out_features, in_features = base.weight.shape
        bound = (1 / in_features) ** 0.5
        self.lora_A = nn.Parameter(torch.empty_like(base.weight[:1].expand(r, in_features)).uniform_(-bound, bound))
        self.lora_B = nn.Parameter(torch.zeros_like(base.weight[:, :1].expand(out_features, r)).contiguous())
        self.scale = float(alpha) / r
        self.drop = nn.Dropout(dropout)
        self.kept = None

    def forward(self, x):
        y = self.frozen(x)
        if self.kept is None:
            y = y + self.scale * (self.drop(x) @ self.lora_A.t()) @ self.lora_B.t()
        return y

    def merge(self):
        if self.kept is not None:
            return self
        with torch.no_grad():
            self.kept = self.frozen.weight.detach().clone()
            self.frozen.weight.addmm_(self.lora_B, self.lora_A, alpha=self.scale)
        return self

    def unmerge(self):
        if self.kept is not None:
            with torch.no_grad():
                self.frozen.weight.copy_(self.kept)
            self.kept = None
        return self
