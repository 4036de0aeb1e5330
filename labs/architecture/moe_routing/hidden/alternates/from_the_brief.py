# Written from the brief and the starter alone.
"""A mixture of experts: the router, the layer, and the loss that spreads the load."""

import torch
import torch.nn.functional as F


def route(x: torch.Tensor, gate: torch.Tensor, top_k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights, float32, and the experts, int64, of each token: (..., top_k) each, for x (..., hidden)."""
    logits = F.linear(x.float(), gate.float())
    top, experts = logits.topk(top_k, dim=-1, sorted=True)
    return top.softmax(dim=-1), experts


def moe(
    x: torch.Tensor,
    gate: torch.Tensor,
    gate_proj: torch.Tensor,
    up_proj: torch.Tensor,
    down_proj: torch.Tensor,
    top_k: int,
) -> torch.Tensor:
    """The weighted sum of the chosen experts: shape and dtype of x."""
    flat = x.reshape(-1, x.shape[-1])
    weights, experts = route(flat, gate, top_k)
    out = torch.zeros(flat.shape, dtype=torch.float32, device=x.device)
    for e in range(gate.shape[0]):
        token, slot = torch.where(experts == e)
        if token.numel() == 0:
            continue
        h = flat[token]
        h = F.silu(F.linear(h, gate_proj[e])) * F.linear(h, up_proj[e])
        h = F.linear(h, down_proj[e])
        out = out.index_add(0, token, h.float() * weights[token, slot].unsqueeze(-1))
    return out.to(x.dtype).reshape(x.shape)


def load_balancing_loss(logits: torch.Tensor, top_k: int, mask: torch.Tensor | None = None) -> torch.Tensor:
    """A scalar in float32, for logits (..., experts) and a mask (...) that is true where a token counts."""
    n = logits.shape[-1]
    z = logits.reshape(-1, n).float()
    if mask is not None:
        z = z[mask.reshape(-1).bool()]
    chosen = z.topk(top_k, dim=-1).indices
    f = F.one_hot(chosen, n).sum(dim=1).float().mean(dim=0)
    p = z.softmax(dim=-1).mean(dim=0)
    return n * (f * p).sum()
