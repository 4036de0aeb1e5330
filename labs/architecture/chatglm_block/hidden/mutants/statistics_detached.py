# killed-by: gradient
# mistake: gradient-cut
# Mean and variance are taken for constants.
import math

import torch
from torch import nn


def residual_scale(num_layers):
    return math.sqrt(2 * num_layers)


class Norm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.bias = nn.Parameter(torch.zeros(size))
        self.eps = eps

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True).detach()
        return centred * torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + self.eps).detach() * self.weight + self.bias


class GLMBlock(nn.Module):
    def __init__(self, hidden_size, num_layers, attention, mlp, eps=1e-5):
        super().__init__()
        self.input_layernorm = Norm(hidden_size, eps)
        self.post_attention_layernorm = Norm(hidden_size, eps)
        self.attention = attention
        self.mlp = mlp
        self.alpha = residual_scale(num_layers)

    def forward(self, x, attention_mask=None):
        attention_input = self.input_layernorm(x)
        h = self.alpha * attention_input + self.attention(attention_input, attention_mask)
        mlp_input = self.post_attention_layernorm(h)
        return self.alpha * mlp_input + self.mlp(mlp_input)
