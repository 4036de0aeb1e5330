"""A model split over servers that may go down: frozen blocks there, gradients for the client here."""

import torch
from torch import nn


def assign_blocks(capacities: list[int], n_blocks: int) -> list[tuple[int, int]]:
    """The half-open range of blocks that each server holds, in the servers' order. Raises ValueError."""
    raise NotImplementedError("TODO: assign_blocks")


class Server:
    """Holds the consecutive blocks from `start` on, frozen. Has `start` and `end`."""

    def __init__(self, blocks: nn.ModuleList, start: int) -> None:
        raise NotImplementedError("TODO: Server")

    def forward(self, x: torch.Tensor, start: int, end: int) -> torch.Tensor:
        """x through the blocks start to end - 1 of the whole model; x and the result (..., d)."""
        raise NotImplementedError("TODO: Server.forward")

    def backward(self, x: torch.Tensor, grad: torch.Tensor, start: int, end: int) -> torch.Tensor:
        """The gradient for x, (..., d), where `grad` is that of forward(x, start, end)."""
        raise NotImplementedError("TODO: Server.backward")


class RemoteSequential:
    """The whole model as the client sees it."""

    def __init__(self, servers: list, n_blocks: int) -> None:
        raise NotImplementedError("TODO: RemoteSequential")

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """x through all blocks, (..., d), differentiable in x. Raises ConnectionError."""
        raise NotImplementedError("TODO: RemoteSequential.__call__")


def lm_loss(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """The mean next-token loss of logits (batch, length, vocabulary) for ids (batch, length)."""
    raise NotImplementedError("TODO: lm_loss")
