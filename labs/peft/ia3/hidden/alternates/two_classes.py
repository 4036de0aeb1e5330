# Picks one of two ways at construction, computes in float64, and exchanges whole layers on a merge.
import copy

import torch
from torch import nn


def wide(layer, x):
    y = x.double() @ layer.weight.double().T
    return y if layer.bias is None else y + layer.bias.double()


class IA3Linear(nn.Module):
    def __init__(self, base, feedforward=False):
        super().__init__()
        self.original = base
        self.original.weight.requires_grad_(False)
        if base.bias is not None:
            base.bias.requires_grad_(False)
        self.merged_layer = None
        self.way = self._inward if feedforward else self._outward
        self.feedforward = feedforward
        length = base.in_features if feedforward else base.out_features
        self.ia3_l = nn.Parameter(torch.full((length,), 1.0, dtype=torch.float32, device=base.weight.device))

    def _inward(self, x):
        return wide(self.original, x.double() * self.ia3_l)

    def _outward(self, x):
        return wide(self.original, x) * self.ia3_l

    def forward(self, x):
        if self.merged_layer is not None:
            return wide(self.merged_layer, x).to(x.dtype)
        return self.way(x).to(x.dtype)

    @torch.no_grad()
    def merge(self):
        if self.merged_layer is None:
            layer = copy.deepcopy(self.original)
            for out in range(layer.out_features):
                factor = self.ia3_l if self.feedforward else self.ia3_l[out]
                layer.weight[out] = layer.weight[out] * factor
                if layer.bias is not None and not self.feedforward:
                    layer.bias[out] = layer.bias[out] * factor
            self.merged_layer = layer

    def unmerge(self):
        self.merged_layer = None
