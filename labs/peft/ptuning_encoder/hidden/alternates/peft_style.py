# The way of peft: indices through an nn.Embedding, expanded to the batch; the fixed prompt is an embedding of rows.
import torch
from torch import nn


class PromptEncoder(nn.Module):
    def __init__(self, length, dim, hidden, kind="MLP", layers=2, dropout=0.0):
        super().__init__()
        self.encoder_type = kind
        self.total_virtual_tokens = length
        self.embedding = nn.Embedding(length, dim)
        if kind == "LSTM":
            self.lstm_head = nn.LSTM(
                input_size=dim, hidden_size=hidden, num_layers=layers, dropout=dropout, bidirectional=True, batch_first=True
            )
            self.mlp_head = nn.Sequential(nn.Linear(hidden * 2, hidden * 2), nn.ReLU(), nn.Linear(hidden * 2, dim))
        else:
            layers_ = [nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, dim)]
            self.mlp_head = nn.Sequential(*layers_)

    def forward(self, batch_size):
        indices = torch.arange(self.total_virtual_tokens, device=self.embedding.weight.device)
        input_embeds = self.embedding(indices.unsqueeze(0).expand(batch_size, -1))
        if self.encoder_type == "LSTM":
            return self.mlp_head(self.lstm_head(input_embeds)[0])
        return self.mlp_head(input_embeds)

    def table(self):
        was = self.training
        rows = self.eval()(1)[0].detach().clone()
        self.train(was)
        return rows


class FixedPrompt(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(table, freeze=True)

    def forward(self, batch_size):
        return self.embedding.weight.repeat(batch_size, 1, 1)


def fill(virtual, ids, embeds, pseudo):
    blocked = [(row == pseudo).nonzero()[:, 0] for row in ids]
    if any(len(at) != virtual.size(1) for at in blocked):
        raise ValueError("wrong number of pseudo tokens")
    result = embeds.clone()
    for bidx, at in enumerate(blocked):
        for i in range(virtual.size(1)):
            result[bidx, at[i], :] = virtual[bidx, i, :].type_as(embeds)
    return result
