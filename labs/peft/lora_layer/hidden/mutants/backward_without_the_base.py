# killed-by: input-gradient
# mistake: backward-by-hand
# A hand-written backward that sends x the adapter's share only.
import torch
from torch import nn


class _Function(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, a, b, scale):
        ctx.save_for_backward(x, weight, a, b)
        ctx.scale = scale
        return x @ weight.T + (x @ a.T) @ b.T * scale

    @staticmethod
    def backward(ctx, grad):
        x, weight, a, b = ctx.saved_tensors
        low_rank = grad @ b * ctx.scale
        rows, low_rank_rows = x.flatten(0, -2), low_rank.flatten(0, -2)
        grad_x = low_rank @ a
        grad_a = low_rank_rows.T @ rows
        grad_b = grad.flatten(0, -2).T @ (rows @ a.T) * ctx.scale
        return grad_x, None, grad_a, grad_b, None


class LoRALinear(nn.Module):
    def __init__(self, base, r, alpha, dropout=0.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(r, base.in_features, dtype=base.weight.dtype) / r)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r, dtype=base.weight.dtype))
        self.dropout = nn.Dropout(dropout)
        self.scale = alpha / r
        self.merged = False

    def delta(self):
        return self.lora_B @ self.lora_A * self.scale

    def forward(self, x):
        if self.merged:
            return self.base(x)
        if self.dropout.p and self.training:
            return self.base(x) + self.dropout(x) @ self.lora_A.T @ self.lora_B.T * self.scale
        y = _Function.apply(x, self.base.weight, self.lora_A, self.lora_B, self.scale)
        return y if self.base.bias is None else y + self.base.bias

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.base.weight += self.delta()
            self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if self.merged:
            self.base.weight -= self.delta()
            self.merged = False
