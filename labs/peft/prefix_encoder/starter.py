"""P-Tuning v2: trained keys and values in front of every layer's own."""

import torch
from torch import nn

Prefix = tuple[torch.Tensor, torch.Tensor]
"""The keys and the values of one layer, each (batch, kv_heads, length, head_dim)."""


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary position embedding, given. x: (batch, heads, seq, head_dim); cos, sin: (seq, head_dim), a row a token."""
    left, right = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-right, left), dim=-1) * sin).to(x.dtype)


class PrefixEncoder(nn.Module):
    """`length` virtual tokens, each with a key and a value for every layer."""

    def __init__(
        self,
        length: int,
        layers: int,
        heads: int,
        kv_heads: int,
        head_dim: int,
        projection: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        # TODO: `embedding`, and `transform` where `projection` is given; the dropout.

    def forward(self, batch_size: int) -> list[Prefix]:
        """One pair of keys and values for each layer, first layer first."""
        raise NotImplementedError("TODO: forward")

    def table(self) -> torch.Tensor:
        """What has to be kept for inference: (length, layers * 2 * kv_heads * head_dim), detached, never dropped."""
        raise NotImplementedError("TODO: table")


def extend_mask(mask: torch.Tensor, length: int) -> torch.Tensor:
    """mask: (batch, seq), 1 for a token and 0 for padding. Returns (batch, length + seq), of the same dtype."""
    raise NotImplementedError("TODO: extend_mask")


def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    prefix: Prefix,
    cos: torch.Tensor,
    sin: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    """Causal attention of one layer with a prefix. Returns (batch, heads, seq, head_dim), in the dtype of `query`."""
    raise NotImplementedError("TODO: attend")


def trained_parameters(model: nn.Module, encoder: nn.Module) -> list[nn.Parameter]:
    """Freeze the model and return what an optimizer gets: the parameters of the encoder."""
    raise NotImplementedError("TODO: trained_parameters")
