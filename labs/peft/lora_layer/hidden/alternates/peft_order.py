# The way of peft: the base module first, the adapter's share added to it, updates computed in float32 when merging.
import math
import warnings

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float, dropout: float = 0.0):
        super().__init__()
        self.base_layer = base
        for p in self.base_layer.parameters():
            p.requires_grad = False
        self.lora_dropout = nn.Dropout(p=dropout) if dropout > 0.0 else nn.Identity()
        self.lora_A = nn.Parameter(torch.empty((r, base.in_features), dtype=base.weight.dtype, device=base.weight.device))
        self.lora_B = nn.Parameter(torch.empty((base.out_features, r), dtype=base.weight.dtype, device=base.weight.device))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        nn.init.zeros_(self.lora_B)
        self.scaling = alpha / r
        self.merged_adapters = []

    def get_delta_weight(self):
        delta = self.lora_B.float() @ self.lora_A.float() * self.scaling
        return delta.to(self.base_layer.weight.dtype)

    def merge(self):
        if self.merged_adapters:
            return
        self.base_layer.weight.data += self.get_delta_weight()
        self.merged_adapters.append("default")

    def unmerge(self):
        if not self.merged_adapters:
            warnings.warn("Already unmerged. Nothing to do.")
            return
        self.merged_adapters.pop()
        self.base_layer.weight.data -= self.get_delta_weight()

    def forward(self, x):
        result = self.base_layer(x)
        if not self.merged_adapters:
            low = nn.functional.linear(self.lora_dropout(x), self.lora_A)
            result = result + nn.functional.linear(low, self.lora_B) * self.scaling
        return result
