# Computes the tokens of one sequence and hands the same to all; fills by gathering from prompt and input together.
import torch
from torch import nn
from torch.nn import functional as F


class PromptEncoder(nn.Module):
    def __init__(self, length, dim, hidden, kind="MLP", layers=2, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(length, dim)
        widths = [dim, hidden, hidden, dim]
        if kind == "LSTM":
            self.lstm_head = nn.LSTM(dim, hidden, layers, bidirectional=True, dropout=dropout * (layers > 1))
            widths = [2 * hidden, 2 * hidden, dim]
        modules = []
        for a, b in zip(widths, widths[1:]):
            modules += [nn.Linear(a, b), nn.ReLU()]
        self.mlp_head = nn.Sequential(*modules[:-1])

    def rows(self):
        x = self.embedding.weight
        if hasattr(self, "lstm_head"):
            x = self.lstm_head(x.unsqueeze(1))[0].squeeze(1)  # (length, 1, dim): time first
        return self.mlp_head(x)

    def forward(self, batch_size):
        return torch.stack([self.rows()] * batch_size)

    def table(self):
        modes = [(m, m.training) for m in self.modules()]
        for m, _ in modes:
            m.training = False
        with torch.no_grad():
            rows = self.rows()
        for m, mode in modes:
            m.training = mode
        return rows


class FixedPrompt(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(table.clone(), requires_grad=False)

    def forward(self, batch_size):
        return self.table[None].expand(batch_size, *self.table.shape)


def fill(virtual, ids, embeds, pseudo):
    is_pseudo = ids.eq(pseudo)
    n = virtual.shape[1]
    if is_pseudo.sum(1).ne(n).any():
        raise ValueError
    everything = torch.cat((virtual.to(embeds.dtype), embeds), dim=1)
    own = torch.arange(ids.shape[1], device=ids.device) + n
    index = torch.where(is_pseudo, is_pseudo.long().cumsum(1) - 1, own)
    return torch.stack([F.embedding(i, e) for i, e in zip(index, everything)])
