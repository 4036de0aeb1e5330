"""The prompt encoder of P-tuning, the reference.

Xiao Liu et al., "GPT Understands, Too", arXiv:2103.10385: the virtual tokens are not trained directly. Vectors e_i are,
and a small network that computes the tokens from them. In the authors' code (LAMA/p_tuning/prompt_encoder.py) it is a
bidirectional LSTM, through which the tokens depend on each other, and an MLP of two layers:

    h_i = MLP([forward h_i : backward h_i])        MLP(x) = W2 relu(W1 x + b1) + b2

peft 0.21.2 (`PromptEncoder`) has this as kind "LSTM". By default it takes kind "MLP", three layers on each e_i alone:

    h_i = W3 relu(W2 relu(W1 e_i + b1) + b2) + b3

After training the network is not needed: the h_i are always the same, so a table of them is kept. They stand in a
template, anywhere in the input, where the ids have a pseudo token.
"""

import torch
from torch import nn


class PromptEncoder(nn.Module):
    def __init__(
        self, length: int, dim: int, hidden: int, kind: str = "MLP", layers: int = 2, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(length, dim)
        if kind == "LSTM":
            # It drops between its layers alone.
            self.lstm_head = nn.LSTM(dim, hidden, layers, batch_first=True, bidirectional=True, dropout=dropout)
            # Both directions side by side: 2 * hidden go in.
            self.mlp_head = nn.Sequential(nn.Linear(2 * hidden, 2 * hidden), nn.ReLU(), nn.Linear(2 * hidden, dim))
        elif kind == "MLP":
            self.lstm_head = None
            self.mlp_head = nn.Sequential(
                nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, dim)
            )
        else:
            raise ValueError(f"no such kind of encoder: {kind}")

    def forward(self, batch_size: int) -> torch.Tensor:
        x = self.embedding.weight.expand(batch_size, -1, -1)  # (length, dim) -> (batch, length, dim)
        if self.lstm_head is not None:
            x, _ = self.lstm_head(x)  # (batch, length, 2 * hidden)
        return self.mlp_head(x)  # (batch, length, dim)

    @torch.no_grad()
    def table(self) -> torch.Tensor:
        training = self.training
        self.eval()  # or the dropout of this one moment would stay for ever
        (rows,) = self(1)  # (1, length, dim) -> (length, dim)
        self.train(training)
        return rows


class FixedPrompt(nn.Module):
    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("rows", table)  # saved and moved with the module, not trained

    def forward(self, batch_size: int) -> torch.Tensor:
        return self.rows.expand(batch_size, -1, -1)  # (length, dim) -> (batch, length, dim)


def fill(virtual: torch.Tensor, ids: torch.Tensor, embeds: torch.Tensor, pseudo: int) -> torch.Tensor:
    at = ids == pseudo  # (batch, seq)
    if (at.sum(dim=1) != virtual.shape[1]).any():
        raise ValueError(f"every sequence needs {virtual.shape[1]} pseudo tokens")
    # Row after row, the places are taken by the virtual tokens in their order.
    return embeds.masked_scatter(at[..., None], virtual.to(embeds.dtype))  # (batch, seq, dim)
