# Token by token, choice by choice, with lists.
import torch
from torch.nn.functional import silu


def route(x, gate, top_k):
    scores = torch.nn.functional.linear(x, gate).to(torch.float32)
    order = scores.argsort(dim=-1, descending=True)[..., :top_k]
    return torch.gather(scores, -1, order).softmax(-1), order


def moe(x, gate, gate_proj, up_proj, down_proj, top_k):
    rows = []
    for token in x.reshape(-1, x.shape[-1]).unbind(0):
        weights, experts = route(token, gate, top_k)
        total = 0
        for w, e in zip(weights, experts.tolist()):
            total = total + w * (down_proj[e] @ (silu(gate_proj[e] @ token) * (up_proj[e] @ token))).float()
        rows.append(total.to(x.dtype))
    return torch.stack(rows).view(x.shape)


def load_balancing_loss(logits, top_k, mask=None):
    n = logits.size(-1)
    rows = logits.float().reshape(-1, n)
    keep = [True] * len(rows) if mask is None else mask.flatten().tolist()
    rows = [row for row, counts in zip(rows.unbind(0), keep) if counts]
    share, mean = torch.zeros(n, device=logits.device), 0
    for row in rows:
        share[row.topk(top_k).indices] += 1 / len(rows)
        mean = mean + torch.softmax(row, 0) / len(rows)
    return n * (share * mean).sum()
