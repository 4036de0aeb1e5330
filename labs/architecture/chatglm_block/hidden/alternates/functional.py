# F.layer_norm and torch.add with alpha; the residual as the branch's rest.
import math

import torch
import torch.nn.functional as F
from torch import nn


def residual_scale(num_layers):
    return math.sqrt(2) * math.sqrt(num_layers)


class GLMBlock(nn.Module):
    def __init__(self, hidden_size, num_layers, attention, mlp, eps=1e-5):
        super().__init__()
        for name in ("input_layernorm", "post_attention_layernorm"):
            setattr(self, name, nn.LayerNorm(hidden_size))
        self.eps = eps
        self.hidden_size = hidden_size
        self.alpha = residual_scale(num_layers)
        self.call_attention, self.call_mlp = attention.forward, mlp.forward

    def _norm(self, z, norm):
        return F.layer_norm(z, (self.hidden_size,), norm.weight, norm.bias, self.eps)

    def forward(self, x, attention_mask=None):
        a = self._norm(x, self.input_layernorm)
        h = torch.add(self.call_attention(a, attention_mask), a, alpha=self.alpha)
        m = self._norm(h, self.post_attention_layernorm)
        return torch.add(self.call_mlp(m), m, alpha=self.alpha)
