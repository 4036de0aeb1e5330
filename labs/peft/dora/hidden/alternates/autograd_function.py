# The division by a constant as an autograd function of its own; unit rows by F.normalize in the merge.
import torch
from torch import nn
from torch.nn import functional as F


class DivideByConstant(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values, length):
        ctx.save_for_backward(length)
        return values / length

    @staticmethod
    def backward(ctx, grad):
        (length,) = ctx.saved_tensors
        return grad / length, None


class DoRALinear(nn.Module):
    def __init__(self, base, r, alpha):
        super().__init__()
        self.base = base
        base.weight.requires_grad = False
        if base.bias is not None:
            base.bias.requires_grad = False
        out, inn = base.weight.shape
        self.lora_A = nn.Parameter(torch.randn_like(base.weight[:1].expand(r, inn)) / inn)
        self.lora_B = nn.Parameter(torch.zeros_like(base.weight[:, :1].expand(out, r)))
        lengths = [row.float().dot(row.float()).sqrt() for row in base.weight.detach()]
        self.magnitude = nn.Parameter(torch.stack(lengths).to(base.weight.dtype))
        self.alpha, self.r = alpha, r
        self.original = None

    def forward(self, x):
        w = self.base.weight
        if self.original is not None:
            return F.linear(x, w, self.base.bias)
        wide = torch.promote_types(x.dtype, torch.float32)
        v = w.to(wide) + self.lora_B.to(wide) @ self.lora_A.to(wide) * (self.alpha / self.r)
        y = DivideByConstant.apply(x.to(wide) @ v.T, v.norm(dim=-1)) * self.magnitude
        if self.base.bias is not None:
            y = y + self.base.bias
        return y.to(x.dtype)

    @torch.no_grad()
    def merge(self):
        if self.original is None:
            w = self.base.weight
            self.original = w.clone()
            v = w.float() + self.lora_B.float() @ self.lora_A.float() * (self.alpha / self.r)
            w.copy_(F.normalize(v, dim=1) * self.magnitude[:, None])

    @torch.no_grad()
    def unmerge(self):
        if self.original is not None:
            self.base.weight.copy_(self.original)
            self.original = None
