# killed-by: unmerge
# mistake: divided-out
# Divides where the vector is not zero and restores the rest from the copy.
import torch
from torch import nn


class IA3Linear(nn.Module):
    def __init__(self, base, feedforward=False):
        super().__init__()
        self.base = base
        for p in base.parameters():
            p.requires_grad = False
        self.feedforward = feedforward
        n = base.in_features if feedforward else base.out_features
        self.ia3_l = nn.Parameter(torch.ones(n, device=base.weight.device))
        self.merged = False

    def forward(self, x):
        if self.merged:
            return self.base(x)
        l = self.ia3_l
        if self.feedforward:
            return self.base((x * l).to(x.dtype))
        out = self.base(x)
        return (out * l).to(x.dtype)

    @torch.no_grad()
    def merge(self):
        if self.merged:
            return
        w, b = self.base.weight, self.base.bias
        self.old_w = w.clone()
        self.old_b = None if b is None else b.clone()
        l = self.ia3_l
        if self.feedforward:
            w.copy_(w * l[None, :])
        else:
            w.copy_(w * l[:, None])
            if b is not None:
                b.copy_(b * l)
        self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if not self.merged:
            return
        l = torch.where(self.ia3_l == 0, 1.0, self.ia3_l)
        w, b = self.base.weight, self.base.bias
        if self.feedforward:
            w.copy_(w / l[None, :])
        else:
            w.copy_(w / l[:, None])
            if b is not None:
                b.copy_(b / l)
        zero = self.ia3_l == 0
        if self.feedforward:
            w[:, zero] = self.old_w[:, zero]
        else:
            w[zero] = self.old_w[zero]
            if b is not None:
                b[zero] = self.old_b[zero]
        self.merged = False
