# Every product as an einsum over named dimensions, in the base's dtype; a state_dict is what unmerge goes back to.
import copy

import torch
from torch import einsum, nn


class IA3Linear(nn.Module):
    def __init__(self, base, feedforward=False):
        super().__init__()
        self.linear = base.requires_grad_(False)
        self.kind = "ff" if feedforward else "kv"
        self.ia3_l = nn.Parameter(base.weight.new_ones({"ff": base.in_features, "kv": base.out_features}[self.kind]).float())
        self.saved = None

    def forward(self, x):
        weight, bias = self.linear.weight, self.linear.bias
        plain = self.saved is not None
        scale = self.ia3_l.to(x.dtype)
        if self.kind == "ff" and not plain:
            y = einsum("...i,i,oi->...o", x, scale, weight)
            return y if bias is None else y + bias
        y = einsum("...i,oi->...o", x, weight)
        if bias is not None:
            y = y + bias
        return y if plain else einsum("...o,o->...o", y, scale)

    def merge(self):
        if self.saved is not None:
            return
        self.saved = copy.deepcopy(self.linear.state_dict())
        with torch.no_grad():
            scale = self.ia3_l.to(self.linear.weight.dtype)
            if self.kind == "ff":
                self.linear.weight.copy_(einsum("oi,i->oi", self.linear.weight, scale))
            else:
                self.linear.weight.copy_(einsum("oi,o->oi", self.linear.weight, scale))
                if self.linear.bias is not None:
                    self.linear.bias.mul_(scale)

    def unmerge(self):
        if self.saved is not None:
            self.linear.load_state_dict(self.saved)
            self.saved = None
