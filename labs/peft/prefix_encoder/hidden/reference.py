"""P-Tuning v2, the reference: trained keys and values in front of every layer's own.

Xiao Liu et al., "P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally Across Scales and Tasks",
arXiv:2110.07602, section 3; Xiang Lisa Li and Percy Liang, "Prefix-Tuning", arXiv:2101.00190, section 4.3, where the
MLP comes from. The model is frozen. Layer l attends to its own keys and values and to n trained ones before them:

    softmax(q [P_K ; K]^T / sqrt(d)) [P_V ; V]        P_K, P_V (n, d) for each layer and each kv head

The 2 * layers vectors of a virtual token lie in one row: key of layer 0, value of layer 0, key of layer 1, and so on.
The row is trained itself, or computed from a shorter one by an MLP, which is needed in training only:

    row = W2 tanh(W1 e + b1) + b2

The prefix has no position of its own: its keys are never rotated. It still counts, as everything in a cache does:
token i stands at position n + i.
"""

import torch
from torch import nn
from torch.nn import functional as F

Prefix = tuple[torch.Tensor, torch.Tensor]


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    left, right = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-right, left), dim=-1) * sin).to(x.dtype)


class PrefixEncoder(nn.Module):
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
        self.shape = (
            length,
            layers,
            2,
            kv_heads,
            head_dim,
        )  # a cache holds kv heads, however many query heads there are
        size = kv_heads * head_dim
        row = layers * 2 * size
        self.embedding = nn.Embedding(length, size if projection else row)
        self.transform = nn.Identity()
        if projection:
            self.transform = nn.Sequential(nn.Linear(size, projection), nn.Tanh(), nn.Linear(projection, row))
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch_size: int) -> list[Prefix]:
        rows = self._rows().view(self.shape)  # (length, row) -> (length, layers, 2, kv_heads, head_dim)
        rows = self.dropout(rows.expand(batch_size, *self.shape))  # after expand: each sequence drops for itself
        # (batch, length, layers, 2, kv_heads, head_dim) -> (layers, 2, batch, kv_heads, length, head_dim)
        layers = rows.permute(2, 3, 0, 4, 1, 5)
        return [(keys, values) for keys, values in layers]

    def table(self) -> torch.Tensor:
        return self._rows().detach()

    def _rows(self) -> torch.Tensor:
        return self.transform(self.embedding.weight)  # (length, layers * 2 * kv_heads * head_dim)


def extend_mask(mask: torch.Tensor, length: int) -> torch.Tensor:
    return torch.cat((mask.new_ones(len(mask), length), mask), dim=1)


def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    prefix: Prefix,
    cos: torch.Tensor,
    sin: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    prefix_key, prefix_value = prefix
    length, seq = prefix_key.shape[2], query.shape[2]
    at = slice(length, length + seq)
    query, key = rotate(query, cos[at], sin[at]), rotate(key, cos[at], sin[at])
    keys = torch.cat((prefix_key, key), dim=2)  # (batch, kv_heads, length + seq, head_dim)
    values = torch.cat((prefix_value, value), dim=2)

    # (seq, length + seq): token i sees the whole prefix and the tokens up to itself.
    causal = torch.ones(seq, length + seq, dtype=torch.bool, device=query.device).tril(diagonal=length)
    real = extend_mask(mask.bool(), length)[:, None, None, :]  # (batch, 1, 1, length + seq)
    return F.scaled_dot_product_attention(query, keys, values, attn_mask=causal & real, enable_gqa=True)


def trained_parameters(model: nn.Module, encoder: nn.Module) -> list[nn.Parameter]:
    model.requires_grad_(False)
    return list(encoder.parameters())
