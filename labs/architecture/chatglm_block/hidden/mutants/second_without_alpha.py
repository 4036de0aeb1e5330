# killed-by: second-residual
# mistake: alpha-missing
# Scales the first residual only.
import math

import torch
from torch import nn


def residual_scale(num_layers):
    return math.sqrt(2 * num_layers)


class GLMBlock(nn.Module):
    def __init__(self, hidden_size, num_layers, attention, mlp, eps=1e-5):
        super().__init__()
        self.input_layernorm = nn.LayerNorm(hidden_size, eps=eps)
        self.post_attention_layernorm = nn.LayerNorm(hidden_size, eps=eps)
        self.attention = attention
        self.mlp = mlp
        self.alpha = residual_scale(num_layers)

    def forward(self, x, attention_mask=None):
        attention_input = self.input_layernorm(x)
        h = self.alpha * attention_input + self.attention(attention_input, attention_mask)
        mlp_input = self.post_attention_layernorm(h)
        return mlp_input + self.mlp(mlp_input)
