# killed-by: branch-inputs
# mistake: norm-misplaced
# Norms behind the sums, as DeepNorm is written.
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
        x = self.input_layernorm(self.alpha * x + self.attention(x, attention_mask))
        return self.post_attention_layernorm(self.alpha * x + self.mlp(x))
