# Scales the weight in float32 at every call instead of the activations; a merged copy stands beside the base.
import torch
from torch import nn
from torch.nn import functional as F


class IA3Linear(nn.Module):
    def __init__(self, base: nn.Linear, feedforward: bool = False):
        super().__init__()
        base.requires_grad_(False)
        self.layer, self.inward, self.folded = base, feedforward, None
        self.ia3_l = nn.Parameter(torch.ones(base.weight.shape[1 if feedforward else 0], device=base.weight.device))

    def composed(self):
        weight, bias, vector = self.layer.weight.float(), self.layer.bias, self.ia3_l
        if self.layer.weight.dtype == torch.float64:
            weight, vector = weight.double(), vector.double()
        if self.inward:
            weight = weight * vector
        else:
            weight = weight * vector.unsqueeze(-1)
            bias = None if bias is None else (bias * vector).to(bias.dtype)
        return weight.to(self.layer.weight.dtype), bias

    def forward(self, x):
        weight, bias = self.folded if self.folded is not None else self.composed()
        return F.linear(x, weight, bias)

    def merge(self):
        if self.folded is None:
            self.folded = tuple(None if part is None else part.detach() for part in self.composed())

    def unmerge(self):
        self.folded = None
