"""Prompt tuning: a few trained vectors in front of the embeddings of the input."""

import torch
from torch import nn


class SoftPrompt(nn.Module):
    """`length` virtual tokens. They start as embeddings of the given tokens, or of tokens drawn at random."""

    def __init__(self, word_embeddings: nn.Embedding, length: int, token_ids: list[int] | None = None) -> None:
        super().__init__()
        # TODO: the one parameter, `embedding.weight` (length, dim), in float32.

    def forward(self, batch_size: int) -> torch.Tensor:
        """The virtual tokens for every sequence: (batch_size, length, dim), in float32."""
        raise NotImplementedError("TODO: forward")


def prepend(
    prompt: SoftPrompt, embeds: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """embeds: (batch, seq, dim); mask, labels: (batch, seq). Returns the three with the prompt in front."""
    raise NotImplementedError("TODO: prepend")


def forward(
    model: nn.Module, prompt: SoftPrompt, ids: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """ids, mask, labels: (batch, seq). Returns the logits (batch, length + seq, vocabulary) and the loss, a scalar."""
    raise NotImplementedError("TODO: forward")


def trained_parameters(model: nn.Module, prompt: SoftPrompt) -> list[nn.Parameter]:
    """Freeze the model and return what an optimizer gets: the prompt."""
    raise NotImplementedError("TODO: trained_parameters")
