# killed-by: dropout
# mistake: dropout-wrong
# Drops what comes out of the LSTM instead of what goes from layer to layer.
import torch
from torch import nn
from torch.nn import functional as F


class PromptEncoder(nn.Module):
    def __init__(self, length, dim, hidden, kind="MLP", layers=2, dropout=0.0):
        super().__init__()
        self.kind = kind
        self.dropout = nn.Dropout(dropout)
        self.embedding = nn.Embedding(length, dim)
        if kind == "LSTM":
            self.lstm_head = nn.LSTM(
                dim, hidden, num_layers=layers, bidirectional=True, batch_first=True
            )
            self.mlp_head = nn.Sequential(
                nn.Linear(2 * hidden, 2 * hidden),
                nn.ReLU(),
                nn.Linear(2 * hidden, dim),
            )
        else:
            self.mlp_head = nn.Sequential(
                nn.Linear(dim, hidden),
                nn.ReLU(),
                nn.Linear(hidden, hidden),
                nn.ReLU(),
                nn.Linear(hidden, dim),
            )

    def forward(self, batch_size):
        x = self.embedding.weight.unsqueeze(0).expand(batch_size, -1, -1)
        if self.kind == "LSTM":
            x = self.dropout(self.lstm_head(x)[0])
        return self.mlp_head(x)

    def table(self):
        training = self.training
        self.eval()
        with torch.no_grad():
            rows = self.forward(1).squeeze(0)
        self.train(training)
        return rows


class FixedPrompt(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.register_buffer("rows", table)

    def forward(self, batch_size):
        return self.rows.unsqueeze(0).expand(batch_size, -1, -1)


def fill(virtual, ids, embeds, pseudo):
    length = virtual.shape[1]
    where = ids == pseudo
    if (where.sum(dim=1) != length).any():
        raise ValueError(f"expected {length} pseudo tokens in every sequence")
    out = embeds.clone()
    for b in range(ids.shape[0]):
        places = where[b].nonzero().squeeze(1)
        out[b, places] = virtual[b].to(embeds.dtype)
    return out
