# Written from the brief and the starter alone.
"""P-tuning: virtual tokens that a small network computes from trained vectors, anywhere in the input."""

import torch
from torch import nn


class PromptEncoder(nn.Module):
    """`length` virtual tokens of width `dim`, by an MLP or by a bidirectional LSTM with a head."""

    def __init__(
        self, length: int, dim: int, hidden: int, kind: str = "MLP", layers: int = 2, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(length, dim)
        self.lstm_head = None
        if kind == "MLP":
            self.mlp_head = nn.Sequential(
                nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, dim)
            )
        elif kind == "LSTM":
            self.lstm_head = nn.LSTM(
                dim,
                hidden,
                num_layers=layers,
                dropout=dropout if layers > 1 else 0.0,  # with one layer it only warns
                bidirectional=True,
                batch_first=True,
            )
            self.mlp_head = nn.Sequential(nn.Linear(2 * hidden, 2 * hidden), nn.ReLU(), nn.Linear(2 * hidden, dim))
        else:
            raise ValueError(f"unknown kind of prompt encoder: {kind!r}")

    def forward(self, batch_size: int) -> torch.Tensor:
        """The virtual tokens for every sequence: (batch_size, length, dim)."""
        h = self.embedding.weight.unsqueeze(0)
        if self.lstm_head is not None:
            h, _ = self.lstm_head(h)
        return self.mlp_head(h).expand(batch_size, -1, -1)

    def table(self) -> torch.Tensor:
        """What has to be kept for inference: (length, dim), detached, never dropped."""
        modes = [(module, module.training) for module in self.modules()]
        try:
            self.eval()
            with torch.no_grad():
                return self(1)[0]
        finally:
            for module, mode in modes:
                module.training = mode


class FixedPrompt(nn.Module):
    """The virtual tokens at inference: a table, and no network."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("table", table.detach().clone())

    def forward(self, batch_size: int) -> torch.Tensor:
        """(batch_size, length, dim)."""
        return self.table.unsqueeze(0).expand(batch_size, -1, -1)


def fill(virtual: torch.Tensor, ids: torch.Tensor, embeds: torch.Tensor, pseudo: int) -> torch.Tensor:
    """virtual: (batch, length, dim); ids: (batch, seq); embeds: (batch, seq, dim), which is left as it is.

    Returns embeds with the virtual tokens, in order, where ids is `pseudo`. Raises ValueError if that is not `length`
    times in every sequence.
    """
    places = ids == pseudo
    length = virtual.shape[1]
    counts = places.sum(dim=1)
    if (counts != length).any():
        raise ValueError(f"each sequence needs {length} places for the prompt, found {counts.tolist()}")
    filled = embeds.clone()
    filled[places] = virtual.flatten(0, 1).to(embeds.dtype)  # both go sequence by sequence, left to right
    return filled
