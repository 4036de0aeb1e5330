"""Freeze tuning: the last layers of a model train, the rest stays as it is, to the bit."""

import torch
from torch import nn


def freeze(model: nn.Module, last: int) -> None:
    """Let the `last` layers, the final norm and the untied head train, and freeze everything else.

    Raises ValueError if `last` is negative or larger than the number of layers.
    """
    raise NotImplementedError("TODO: freeze")


def make_optimizer(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW over what trains; weight decay for parameters with two or more dimensions alone."""
    raise NotImplementedError("TODO: make_optimizer")


def set_mode(model: nn.Module) -> None:
    """Training mode for the layers that train, evaluation mode for the embedding dropout and the other layers."""
    raise NotImplementedError("TODO: set_mode")
