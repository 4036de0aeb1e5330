# Written from the brief and the starter alone.
"""P-Tuning v2: trained keys and values in front of every layer's own."""

import math

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
        self.length, self.layers, self.kv_heads, self.head_dim = length, layers, kv_heads, head_dim
        size = kv_heads * head_dim
        if projection is None:
            self.embedding = nn.Embedding(length, layers * 2 * size)
            self.transform = None
        else:
            self.embedding = nn.Embedding(length, size)
            self.transform = nn.Sequential(
                nn.Linear(size, projection), nn.Tanh(), nn.Linear(projection, layers * 2 * size)
            )
        self.dropout = nn.Dropout(dropout)

    def _rows(self) -> torch.Tensor:
        rows = self.embedding.weight
        return rows if self.transform is None else self.transform(rows)

    def forward(self, batch_size: int) -> list[Prefix]:
        """One pair of keys and values for each layer, first layer first."""
        rows = self._rows().view(self.length, self.layers, 2, self.kv_heads, self.head_dim)
        rows = rows.permute(1, 2, 3, 0, 4)  # (layers, 2, kv_heads, length, head_dim)
        # Copied for each sequence before the dropout, so that each one gets a mask of its own.
        rows = rows.unsqueeze(2).repeat(1, 1, batch_size, 1, 1, 1)
        rows = self.dropout(rows)
        return [(layer[0], layer[1]) for layer in rows]

    def table(self) -> torch.Tensor:
        """What has to be kept for inference: (length, layers * 2 * kv_heads * head_dim), detached, never dropped."""
        return self._rows().detach().clone()


def extend_mask(mask: torch.Tensor, length: int) -> torch.Tensor:
    """mask: (batch, seq), 1 for a token and 0 for padding. Returns (batch, length + seq), of the same dtype."""
    return torch.cat((mask.new_ones(mask.shape[0], length), mask), dim=1)


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
    dtype = torch.promote_types(query.dtype, torch.float32)
    heads, seq, head_dim = query.shape[1:]
    groups = heads // key.shape[1]
    n = prefix[0].shape[2]

    cos, sin = cos[n : n + seq].to(dtype), sin[n : n + seq].to(dtype)
    q = rotate(query.to(dtype), cos, sin)
    k = torch.cat((prefix[0].to(dtype), rotate(key.to(dtype), cos, sin)), dim=2).repeat_interleave(groups, dim=1)
    v = torch.cat((prefix[1].to(dtype), value.to(dtype)), dim=2).repeat_interleave(groups, dim=1)

    causal = torch.ones(seq, seq, dtype=torch.bool, device=query.device).tril()
    seen = causal & mask.bool()[:, None, None, :]  # (batch, 1, seq, seq)
    seen = torch.cat((seen.new_ones(seen.shape[0], 1, seq, n), seen), dim=-1)

    scores = (q @ k.transpose(-1, -2) / math.sqrt(head_dim)).masked_fill(~seen, float("-inf"))
    return (scores.softmax(dim=-1) @ v).to(query.dtype)


def trained_parameters(model: nn.Module, encoder: nn.Module) -> list[nn.Parameter]:
    """Freeze the model and return what an optimizer gets: the parameters of the encoder."""
    model.requires_grad_(False)
    encoder.requires_grad_(True)
    return list(encoder.parameters())
