"""A mixture of experts: the router, the layer, and the loss that spreads the load."""

import torch


def route(x: torch.Tensor, gate: torch.Tensor, top_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights, float32, and the experts, int64, of each token: (..., top_k) each, for x (..., hidden).

    gate: (experts, hidden). The largest weight comes first; weights of a token sum to one.
    """
    raise NotImplementedError("TODO: the largest logits, and their softmax")


def moe(
    x: torch.Tensor,
    gate: torch.Tensor,
    gate_proj: torch.Tensor,
    up_proj: torch.Tensor,
    down_proj: torch.Tensor,
    top_k: int,
) -> torch.Tensor:
    """The weighted sum of the chosen experts: shape and dtype of x.

    gate_proj, up_proj: (experts, intermediate, hidden); down_proj: (experts, hidden, intermediate).
    """
    raise NotImplementedError("TODO: each expert on its tokens, times the weight, added")


def load_balancing_loss(logits: torch.Tensor, top_k: int, mask: torch.Tensor | None = None) -> torch.Tensor:
    """A scalar in float32, for logits (..., experts) and a mask (...) that is true where a token counts."""
    raise NotImplementedError("TODO: experts * sum of share * mean probability")
