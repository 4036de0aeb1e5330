# A residual module of its own, twice; scaled by lerp-like arithmetic in float64 and rounded at the end.
import torch
from torch import nn


def residual_scale(num_layers):
    return float(torch.tensor(2.0 * num_layers, dtype=torch.float64).sqrt())


class ScaledResidual(nn.Module):
    def __init__(self, branch, alpha):
        super().__init__()
        self.branch, self.alpha = branch, alpha

    def forward(self, z, *more):
        return (z.double() * self.alpha + self.branch(z, *more).double()).to(z.dtype)


class GLMBlock(nn.Module):
    def __init__(self, hidden_size, num_layers, attention, mlp, eps=1e-5):
        super().__init__()
        alpha = residual_scale(num_layers)
        self.input_layernorm = nn.LayerNorm([hidden_size], eps)
        self.post_attention_layernorm = nn.LayerNorm([hidden_size], eps)
        self.attention, self.mlp = ScaledResidual(attention, alpha), ScaledResidual(mlp, alpha)

    def forward(self, x, attention_mask=None):
        x = self.attention(self.input_layernorm(x), attention_mask)
        return self.mlp(self.post_attention_layernorm(x))
