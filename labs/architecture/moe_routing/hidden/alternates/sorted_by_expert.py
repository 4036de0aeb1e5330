# Choices sorted by expert, one slice an expert, scattered back; the softmax by log-sum-exp.
import torch
import torch.nn.functional as F


def route(x, gate, top_k):
    z = (x @ gate.mT).float()
    top = z.topk(top_k, dim=-1, sorted=True)
    return torch.exp(top.values - torch.logsumexp(top.values, -1, keepdim=True)), top.indices


def moe(x, gate, gate_proj, up_proj, down_proj, top_k):
    h = x.shape[-1]
    flat = x.reshape(-1, h)
    weights, experts = route(flat, gate, top_k)
    order = experts.flatten().argsort(stable=True)
    source = order // top_k
    sizes = torch.bincount(experts.flatten(), minlength=len(gate)).tolist()
    pieces = []
    for e, rows in enumerate(flat[source].split(sizes)):
        pieces.append((F.silu(rows @ gate_proj[e].mT) * (rows @ up_proj[e].mT)) @ down_proj[e].mT)
    y = torch.cat(pieces).float() * weights.flatten()[order].unsqueeze(-1)
    out = torch.zeros(flat.shape, dtype=torch.float32, device=x.device)
    return out.scatter_add(0, source.unsqueeze(-1).expand(-1, h), y).to(x.dtype).reshape(x.shape)


def load_balancing_loss(logits, top_k, mask=None):
    n = logits.shape[-1]
    flat = logits.reshape(-1, n).to(torch.float32)
    m = flat.new_ones(len(flat)) if mask is None else mask.reshape(-1).float()
    hits = torch.zeros_like(flat).scatter(1, flat.topk(top_k, 1).indices, 1.0)
    weight = m / m.sum()
    p = torch.exp(F.log_softmax(flat, -1))
    return torch.einsum("t,te,s,se->", weight, hits, weight, p) * n
