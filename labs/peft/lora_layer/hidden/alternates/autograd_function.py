# A function of its own for the adapter, with the backward pass derived by hand; dropout before it.
import torch
import torch.nn.functional as F
from torch import nn


class _Adapter(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, a, b, scale):
        low_rank = x @ a.T
        ctx.save_for_backward(x, a, b, low_rank)
        ctx.scale = scale
        return low_rank @ b.T * scale

    @staticmethod
    def backward(ctx, grad):
        x, a, b, low_rank = ctx.saved_tensors
        grad = grad * ctx.scale
        grad_low_rank = grad @ b
        rows = grad_low_rank.reshape(-1, a.shape[0])
        grad_a = rows.T @ x.reshape(-1, a.shape[1])
        grad_b = grad.reshape(-1, b.shape[0]).T @ low_rank.reshape(-1, b.shape[1])
        return grad_low_rank @ a, grad_a, grad_b, None


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn_like(base.weight[0].repeat(r, 1)) * 0.02)
        self.lora_B = nn.Parameter(torch.zeros_like(base.weight[:, 0].repeat(r, 1).T.contiguous()))
        self.scale, self.p, self.sign = alpha / r, dropout, 0

    def forward(self, x):
        y = self.base(x)
        if self.sign:
            return y
        return y + _Adapter.apply(F.dropout(x, self.p, self.training), self.lora_A, self.lora_B, self.scale)

    def _move(self, sign):
        if sign != self.sign:
            step = (sign - self.sign) * self.scale
            self.base.weight.data = torch.addmm(self.base.weight.data, self.lora_B.data, self.lora_A.data, alpha=step)
            self.sign = sign

    def merge(self):
        self._move(1)

    def unmerge(self):
        self._move(0)
