# Written from the brief and the starter alone.
"""Freeze tuning: the last layers of a model train, the rest stays as it is, to the bit."""

import torch
from torch import nn


def freeze(model: nn.Module, last: int) -> None:
    """Let the `last` layers, the final norm and the untied head train, and freeze everything else.

    Raises ValueError if `last` is negative or larger than the number of layers.
    """
    n = len(model.layers)
    if not 0 <= last <= n:
        raise ValueError(f"last must be between 0 and {n}, not {last}")
    model.requires_grad_(False)
    for layer in model.layers[n - last :]:
        layer.requires_grad_(True)
    model.norm.requires_grad_(True)
    if model.lm_head.weight is not model.embed_tokens.weight:
        model.lm_head.requires_grad_(True)
    for p in model.parameters():
        if not p.requires_grad:
            p.grad = None


def make_optimizer(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW over what trains; weight decay for parameters with two or more dimensions alone."""
    params = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in params if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in params if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=lr)


def set_mode(model: nn.Module) -> None:
    """Training mode for the layers that train, evaluation mode for the embedding dropout and the other layers."""
    model.train()
    model.embed_tokens.eval()
    model.drop.eval()
    for layer in model.layers:
        layer.train(any(p.requires_grad for p in layer.parameters()))
