# The base is never touched: merging puts a second weight beside it, unmerging throws that away.
import torch
import torch.nn as nn
import torch.nn.functional as F


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.linear = base.requires_grad_(False)
        options = {"dtype": base.weight.dtype, "device": base.weight.device}
        self.lora_A = nn.Parameter(nn.init.orthogonal_(torch.empty(r, base.in_features)).to(**options))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r, **options))
        self.register_buffer("merged_weight", None, persistent=False)
        self.dropout = nn.Dropout(dropout)
        self.s = alpha / r

    def forward(self, x):
        if self.merged_weight is not None:
            return F.linear(x, self.merged_weight, self.linear.bias)
        return F.linear(x, self.linear.weight, self.linear.bias) + F.linear(
            F.linear(self.dropout(x), self.lora_A), self.s * self.lora_B
        )

    @torch.no_grad()
    def merge(self):
        self.merged_weight = torch.addmm(self.linear.weight, self.lora_B, self.lora_A, alpha=self.s)

    def unmerge(self):
        self.merged_weight = None
