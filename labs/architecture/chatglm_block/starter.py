"""ChatGLM-6B's block: norms before each branch, residuals from the normalised inputs, scaled by sqrt(2 * layers)."""

from collections.abc import Callable

import torch
from torch import nn


def residual_scale(num_layers: int) -> float:
    """alpha, for a model of this many layers."""
    raise NotImplementedError("TODO: alpha")


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
        # TODO: input_layernorm, post_attention_layernorm, and what forward needs.

    def forward(self, x: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """x: (..., hidden_size). Returns the same shape and dtype."""
        raise NotImplementedError("TODO: norm, branch, residual, twice")
