# killed-by: input-gradient
# mistake: backward-of-the-input
# A hand-written backward that leaves the weight out of the statistic's share.
import torch
from torch import nn


class _RMSNormFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        h = x.float()
        r = (h.square().mean(-1, keepdim=True) + eps).rsqrt()
        ctx.save_for_backward(x, weight, r)
        return (h * r * weight).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        x, weight, r = ctx.saved_tensors
        normed = x.float() * r
        g = grad.float()
        u = g * weight
        dx = r * (u - normed * (g * normed).mean(-1, keepdim=True))
        dweight = (g * normed).reshape(-1, weight.numel()).sum(0)
        return dx.to(x.dtype), dweight.to(weight.dtype), None



class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return _RMSNormFunction.apply(x, self.weight, self.eps)
