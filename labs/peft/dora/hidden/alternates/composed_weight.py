# The whole weight in float64 at each call, one F.linear, and a merged copy beside the base.
import torch
from torch import nn
from torch.nn import functional as F


class DoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.host = base.requires_grad_(False)
        weight = base.weight
        self.lora_A = nn.Parameter(weight.new_empty(r, base.in_features).uniform_(-0.3, 0.3))
        self.lora_B = nn.Parameter(weight.new_zeros(base.out_features, r))
        self.magnitude = nn.Parameter(weight.detach().double().pow(2).sum(dim=1).sqrt().to(weight.dtype))
        self.ratio = alpha / r
        self.composed = None

    def compose(self):
        v = self.host.weight.double() + self.ratio * torch.einsum("or,ri->oi", self.lora_B.double(), self.lora_A.double())
        length = v.detach().pow(2).sum(dim=1, keepdim=True).sqrt()
        return (self.magnitude.double().unsqueeze(1) * v / length).to(self.host.weight.dtype)

    def forward(self, x):
        return F.linear(x, self.compose() if self.composed is None else self.composed, self.host.bias)

    def merge(self):
        if self.composed is None:
            self.composed = self.compose().detach()

    def unmerge(self):
        self.composed = None
