# The adapter as a module of its own that shares the two parameters, in a chain of small ones.
import torch
from torch import nn


class Times(nn.Module):
    """x @ weight.T, with a weight that belongs to somebody else."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def forward(self, x):
        return x.matmul(self.weight.transpose(0, 1))


class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.lora_A = nn.Parameter(torch.nn.init.xavier_normal_(torch.empty(r, base.in_features)).to(base.weight))
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        self.adapter = nn.Sequential(nn.Dropout(dropout), Times(self.lora_A), Times(self.lora_B), Scale(alpha / r))
        self.base = base
        for parameter in base.parameters():
            parameter.requires_grad_(False)
        self.merged = False

    def forward(self, x):
        return self.base(x) if self.merged else self.base(x) + self.adapter(x)

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.base.weight.copy_(self.base.weight + self._delta())
            self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if self.merged:
            self.base.weight.copy_(self.base.weight - self._delta())
            self.merged = False

    def _delta(self):
        # What the chain without its dropout does to each unit vector: the columns of the update.
        unit = torch.eye(self.base.in_features).to(self.base.weight)
        return self.adapter[1:](unit).T
