# killed-by: output
# mistake: wrong-expert
# Multiplies every choice by the first weight.
import torch
import torch.nn.functional as F


def wide(tensor):
    """In float32, or wider where it is wider already."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def route(x, gate, top_k):
    logits = wide(x @ gate.T)  # (..., hidden) @ (hidden, experts) -> (..., experts)
    chosen, experts = logits.topk(top_k)  # (..., top_k) each, the largest first
    return chosen.softmax(dim=-1), experts


def moe(x, gate, gate_proj, up_proj, down_proj, top_k):
    tokens = x.reshape(-1, x.shape[-1])  # (..., hidden) -> (tokens, hidden)
    weights, experts = route(tokens, gate, top_k)  # (tokens, top_k) each
    out = torch.zeros_like(tokens)
    for e in range(len(gate)):
        token, place = (experts == e).nonzero(as_tuple=True)  # who chose e, and as which of its choices
        own = tokens[token]  # (chosen by, hidden)
        hidden = F.silu(own @ gate_proj[e].T) * (own @ up_proj[e].T)  # (chosen by, intermediate)
        y = hidden @ down_proj[e].T  # (chosen by, hidden)
        y = y * weights[token, 0, None]
        out = out.index_add(0, token, y.to(out.dtype))
    return out.reshape(x.shape)  # (tokens, hidden) -> (..., hidden)


def load_balancing_loss(logits, top_k, mask=None):
    n = logits.shape[-1]
    logits = wide(logits.reshape(-1, n))  # (..., experts) -> (tokens, experts)
    counts = logits.new_ones(len(logits)) if mask is None else mask.reshape(-1).to(logits.dtype)  # (tokens,)
    chosen = F.one_hot(logits.topk(top_k).indices, n).sum(1).to(logits.dtype)  # (tokens, experts): 0 or 1
    share = counts @ chosen / counts.sum()  # (experts,)
    probability = counts @ logits.softmax(dim=-1) / counts.sum()  # (experts,)
    return n * (share * probability).sum()
