"""ChatGLM-6B's block, the reference.

After GLMBlock.forward of ChatGLM-6B's modelling code, with N the layers of the whole model:

    alpha = sqrt(2 N)
    a = LN1(x)          h = alpha a + attention(a)
    m = LN2(h)          y = alpha m + mlp(m)

Cut before the norms instead of after the sums, the same chain reads z -> LN(alpha z + branch(z)): the DeepNorm of
DeepNet (arXiv:2203.00555) with the alpha of GLM-130B (arXiv:2210.02414). So it is a post-norm network in the dress of a
pre-norm one. Nothing runs past the norms: x itself is forgotten after the first line.
"""

import math
from collections.abc import Callable

import torch
from torch import nn


def residual_scale(num_layers: int) -> float:
    return math.sqrt(2 * num_layers)


class GLMBlock(nn.Module):
    def __init__(
        self,
        hidden_size: int,
        num_layers: int,
        attention: Callable[[torch.Tensor, torch.Tensor | None], torch.Tensor],
        mlp: Callable[[torch.Tensor], torch.Tensor],
        eps: float = 1e-5,
    ) -> None:
        super().__init__()
        self.input_layernorm = nn.LayerNorm(hidden_size, eps=eps)
        self.post_attention_layernorm = nn.LayerNorm(hidden_size, eps=eps)
        self.attention, self.mlp = attention, mlp
        self.alpha = residual_scale(num_layers)

    def forward(self, x: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        a = self.input_layernorm(x)  # (..., hidden_size), as all that follow
        h = self.alpha * a + self.attention(a, attention_mask)
        m = self.post_attention_layernorm(h)
        return self.alpha * m + self.mlp(m)
