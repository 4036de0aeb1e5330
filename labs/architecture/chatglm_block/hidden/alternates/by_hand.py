# Norms written out, in float32; one loop over both halves of the block.
import torch
from torch import nn


def residual_scale(num_layers):
    return (2 * num_layers) ** 0.5


class Norm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.bias = nn.Parameter(torch.zeros(size))
        self.eps = eps

    def forward(self, z):
        wide = z if z.dtype == torch.float64 else z.float()
        centred = wide - wide.mean(-1, keepdim=True)
        normed = centred / (centred.pow(2).mean(-1, keepdim=True) + self.eps).sqrt()
        return (normed * self.weight + self.bias).to(z.dtype)


class GLMBlock(nn.Module):
    def __init__(self, hidden_size, num_layers, attention, mlp, eps=1e-5):
        super().__init__()
        self.input_layernorm = Norm(hidden_size, eps)
        self.post_attention_layernorm = Norm(hidden_size, eps)
        self.branches = [attention, mlp]
        self.num_layers = num_layers

    def forward(self, x, attention_mask=None):
        norms = self.input_layernorm, self.post_attention_layernorm
        for norm, branch, more in zip(norms, self.branches, ([attention_mask], []), strict=True):
            z = norm(x)
            x = z * residual_scale(self.num_layers) + branch(z, *more)
        return x
