# Written from the brief and the starter alone.
"""ChatGLM-6B's block: norms before each branch, residuals from the normalised inputs, scaled by sqrt(2 * layers)."""

import math
from collections.abc import Callable

import torch
from torch import nn


def residual_scale(num_layers: int) -> float:
    """alpha, for a model of this many layers."""
    return math.sqrt(2 * num_layers)


class GLMBlock(nn.Module):
    """One layer, around an attention and an MLP that are given."""

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
        self.attention = attention
        self.post_attention_layernorm = nn.LayerNorm(hidden_size, eps=eps)
        self.mlp = mlp
        self.alpha = residual_scale(num_layers)

    def forward(self, x: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """x: (..., hidden_size). Returns the same shape and dtype."""
        a = self.input_layernorm(x)
        h = self.alpha * a + self.attention(a, attention_mask)
        m = self.post_attention_layernorm(h)
        return self.alpha * m + self.mlp(m)
