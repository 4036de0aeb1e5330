# Every expert on every token, with zeros for those not chosen: einsum over a dense matrix of weights.
import torch
import torch.nn.functional as F


def route(x, gate, top_k):
    probabilities = torch.einsum("...h,eh->...e", x, gate).float().softmax(-1)
    weights, experts = torch.topk(probabilities, top_k)
    return weights / weights.sum(-1, keepdim=True), experts


def moe(x, gate, gate_proj, up_proj, down_proj, top_k):
    weights, experts = route(x, gate, top_k)
    dense = torch.zeros(*x.shape[:-1], gate.shape[0], device=x.device).scatter(-1, experts, weights)
    inner = F.silu(torch.einsum("...h,eih->...ei", x, gate_proj)) * torch.einsum("...h,eih->...ei", x, up_proj)
    each = torch.einsum("...ei,ehi->...eh", inner, down_proj)
    return (each.float() * dense[..., None]).sum(-2).to(x.dtype)


def load_balancing_loss(logits, top_k, mask=None):
    experts = logits.shape[-1]
    p = logits.float().softmax(-1).flatten(0, -2) if logits.dim() > 1 else logits.float().softmax(-1)[None]
    if mask is not None:
        p = p[mask.reshape(-1).bool()]
    picks = p.topk(top_k).indices
    f = torch.bincount(picks.flatten(), minlength=experts) / p.shape[0]
    return experts * torch.dot(f, p.mean(0))
