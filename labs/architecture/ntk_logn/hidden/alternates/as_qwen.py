# As Qwen writes it: tables and the list of logarithms kept, the tables made anew where alpha has changed.
import math

import torch
from torch import nn


def ntk_alpha(length, train_length):
    context_value = math.log(length / train_length, 2) + 1
    return max(2 ** math.ceil(context_value) - 1, 1)


def logn_scale(positions, train_length):
    top = int(positions.max()) + 1
    table = torch.tensor([math.log(i, train_length) if i > train_length else 1.0 for i in range(1, top + 1)])
    return table.to(positions.device)[positions]


class LongContextRotary(nn.Module):
    def __init__(self, head_dim, train_length, base=10000.0):
        super().__init__()
        self.dim, self.seq_length, self.base = head_dim, train_length, base
        self._seq_len_cached, self._alpha_cached = 0, None

    def _inv_freq(self, alpha):
        base = self.base * alpha ** (self.dim / (self.dim - 2))
        return 1.0 / (base ** (torch.arange(0, self.dim, 2).float() / self.dim))

    def _alpha(self, length):
        return 1.0 if self.training else float(ntk_alpha(length, self.seq_length))

    def frequencies(self, length):
        return self._inv_freq(self._alpha(length))

    def _tables(self, length):
        alpha = self._alpha(length)
        if length > self._seq_len_cached or alpha != self._alpha_cached:
            self._seq_len_cached, self._alpha_cached = max(2 * length, 16), alpha
            freqs = torch.outer(torch.arange(self._seq_len_cached).float(), self._inv_freq(alpha))
            emb = torch.cat((freqs, freqs), dim=-1)
            self._cos, self._sin = emb.cos(), emb.sin()
        return self._cos, self._sin

    def forward(self, q, k, start=0):
        end = start + q.shape[2]
        cos, sin = (t[start:end].to(q.device) for t in self._tables(end))
        q, k = (self._apply(x, cos, sin) for x in (q, k))
        if end > self.seq_length and not self.training:
            scale = logn_scale(torch.arange(start, end, device=q.device), self.seq_length)
            q = q * scale[None, None, :, None].type_as(q)
        return q, k

    @staticmethod
    def _apply(x, cos, sin):
        t = x.float()
        x1, x2 = t.chunk(2, dim=-1)
        return (t * cos + torch.cat((-x2, x1), dim=-1) * sin).type_as(x)
