# The way of loralib: the layer is itself an nn.Linear that takes over the base's parameters.
import torch
import torch.nn.functional as F
from torch import nn


class LoRALinear(nn.Linear):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__(base.in_features, base.out_features, bias=base.bias is not None, dtype=base.weight.dtype)
        self.load_state_dict(base.state_dict())
        self.requires_grad_(False)
        self.lora_A = nn.Parameter(self.weight.new_zeros((r, base.in_features)))
        self.lora_B = nn.Parameter(self.weight.new_zeros((base.out_features, r)))
        nn.init.normal_(self.lora_A, std=1 / r)
        self.scaling = alpha / r
        self.lora_dropout = nn.Dropout(dropout) if dropout else lambda x: x
        self.merged = False

    def merge(self):
        self._merge_is(True)

    def unmerge(self):
        self._merge_is(False)

    def _merge_is(self, wanted):
        if self.merged != wanted:
            sign = 1 if wanted else -1
            self.weight.data.add_(self.lora_B.data @ self.lora_A.data, alpha=sign * self.scaling)
            self.merged = wanted

    def forward(self, x):
        y = super().forward(x)
        if not self.merged:
            y += F.linear(F.linear(self.lora_dropout(x), self.lora_A), self.lora_B) * self.scaling
        return y
