# killed-by: unchanged-input
# mistake: in-place
# Scales the caller's x where no gradient is asked for.
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
            if not x.requires_grad:
                with torch.no_grad():
                    x.mul_(l)
                return self.base(x)
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
        self.base.weight.copy_(self.old_w)
        if self.old_b is not None:
            self.base.bias.copy_(self.old_b)
        self.merged = False
