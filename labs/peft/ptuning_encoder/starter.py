"""P-tuning: virtual tokens that a small network computes from trained vectors, anywhere in the input."""

import torch
from torch import nn


class PromptEncoder(nn.Module):
    """`length` virtual tokens of width `dim`, by an MLP or by a bidirectional LSTM with a head."""

    def __init__(
        self, length: int, dim: int, hidden: int, kind: str = "MLP", layers: int = 2, dropout: float = 0.0
    ) -> None:
        super().__init__()
        # TODO: `embedding`, `lstm_head` for kind "LSTM", `mlp_head`.

    def forward(self, batch_size: int) -> torch.Tensor:
        """The virtual tokens for every sequence: (batch_size, length, dim)."""
        raise NotImplementedError("TODO: forward")

    def table(self) -> torch.Tensor:
        """What has to be kept for inference: (length, dim), detached, never dropped."""
        raise NotImplementedError("TODO: table")


class FixedPrompt(nn.Module):
    """The virtual tokens at inference: a table, and no network."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        # TODO: keep the table; there is nothing to train.

    def forward(self, batch_size: int) -> torch.Tensor:
        """(batch_size, length, dim)."""
        raise NotImplementedError("TODO: forward")


def fill(virtual: torch.Tensor, ids: torch.Tensor, embeds: torch.Tensor, pseudo: int) -> torch.Tensor:
    """virtual: (batch, length, dim); ids: (batch, seq); embeds: (batch, seq, dim), which is left as it is.

    Returns embeds with the virtual tokens, in order, where ids is `pseudo`. Raises ValueError if that is not `length`
    times in every sequence.
    """
    raise NotImplementedError("TODO: fill")
