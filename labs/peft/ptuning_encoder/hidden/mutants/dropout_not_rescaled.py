# killed-by: dropout
# mistake: dropout-wrong
# Runs one LSTM a layer with a mask in between, and does not divide by what is kept.
import torch
from torch import nn
from torch.nn import functional as F


class PromptEncoder(nn.Module):
    def __init__(self, length, dim, hidden, kind="MLP", layers=2, dropout=0.0):
        super().__init__()
        self.kind = kind
        self.embedding = nn.Embedding(length, dim)
        if kind == "LSTM":
            self.p, self.layers = dropout, layers
            self.lstm_head = nn.LSTM(dim, hidden, num_layers=layers, bidirectional=True, batch_first=True)
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
            for i in range(self.layers):
                if i and self.training:
                    x = x * (torch.rand_like(x) >= self.p)
                x = self.one_layer(x, i)
        return self.mlp_head(x)

    def one_layer(self, x, i):
        lstm = nn.LSTM(x.shape[-1], self.lstm_head.hidden_size, bidirectional=True, batch_first=True)
        ends = (f"_l{i}", f"_l{i}_reverse")
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = {n + e.replace(str(i), "0"): getattr(self.lstm_head, n + e) for e in ends for n in names}
        return torch.func.functional_call(lstm, weights, (x,))[0]

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
