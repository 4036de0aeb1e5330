# Written from the brief and the starter alone.
"""Attention in tiles, forward and backward, without ever holding all scores."""

import math

import torch

Pair = tuple[torch.Tensor, torch.Tensor]


def _tile_scores(q, k, i0, j0, shift, causal):
    """Scores of one tile; q is scaled already. i0, j0: the first query and key of the tile."""
    s = q @ k.transpose(-1, -2)
    if causal and j0 + k.shape[-2] - 1 > i0 + shift:
        i = torch.arange(i0, i0 + q.shape[-2], device=q.device)[:, None]
        j = torch.arange(j0, j0 + k.shape[-2], device=q.device)[None, :]
        s.masked_fill_(j > i + shift, float("-inf"))
    return s


@torch.no_grad()
def tiled_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, block: int, causal: bool = False) -> Pair:
    """q: (batch, heads, length_q, dim); k and v: (batch, heads, length_k, dim), length_k at least length_q.

    Returns the output, like q, and the log-sum-exp of each row's scores, (batch, heads, length_q), in float32.
    """
    length_q, length_k = q.shape[-2], k.shape[-2]
    shift = length_k - length_q
    scale = 1.0 / math.sqrt(q.shape[-1])
    output = torch.empty_like(q)
    lse = torch.empty(q.shape[:-1], dtype=torch.float32, device=q.device)
    for i0 in range(0, length_q, block):
        i1 = min(i0 + block, length_q)
        qi = q[..., i0:i1, :].float() * scale
        top = torch.full(qi.shape[:-1] + (1,), float("-inf"), device=q.device)
        total = torch.zeros_like(top)
        acc = torch.zeros_like(qi)
        last = min(length_k, i1 + shift) if causal else length_k  # keys from here on are visible to no query of the tile
        for j0 in range(0, last, block):
            j1 = min(j0 + block, length_k)
            s = _tile_scores(qi, k[..., j0:j1, :].float(), i0, j0, shift, causal)
            # key 0 is visible to every query, so `new` is finite from the first tile on
            new = torch.maximum(top, s.amax(-1, keepdim=True))
            p = s.sub_(new).exp_()
            keep = (top - new).exp()
            total = total * keep + p.sum(-1, keepdim=True)
            acc = acc * keep + p @ v[..., j0:j1, :].float()
            top = new
        output[..., i0:i1, :] = (acc / total).to(q.dtype)
        lse[..., i0:i1] = (top + total.log()).squeeze(-1)
    return output, lse


def merge(first: Pair, second: Pair) -> Pair:
    """The (output, log-sum-exp) of the same queries over two sets of keys, made one. An lse of -inf saw no key."""
    (out_a, lse_a), (out_b, lse_b) = first, second
    top = torch.maximum(lse_a, lse_b)
    safe = torch.where(top == float("-inf"), torch.zeros_like(top), top)
    a, b = (lse_a - safe).exp(), (lse_b - safe).exp()
    total = a + b
    lse = safe + total.log()  # log(0) = -inf where neither part saw a key
    total = torch.where(total == 0, torch.ones_like(total), total)
    return (a / total)[..., None] * out_a + (b / total)[..., None] * out_b, lse


@torch.no_grad()
def tiled_backward(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    output: torch.Tensor,
    lse: torch.Tensor,
    grad: torch.Tensor,
    block: int,
    causal: bool = False,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The gradients of sum(grad * output) for q, k and v, from what the forward pass returned."""
    length_q, length_k = q.shape[-2], k.shape[-2]
    shift = length_k - length_q
    scale = 1.0 / math.sqrt(q.shape[-1])
    dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
    delta = (grad * output).sum(-1, keepdim=True)
    for i0 in range(0, length_q, block):
        i1 = min(i0 + block, length_q)
        qi, gi = q[..., i0:i1, :] * scale, grad[..., i0:i1, :]
        li, di = lse[..., i0:i1, None], delta[..., i0:i1, :]
        last = min(length_k, i1 + shift) if causal else length_k
        for j0 in range(0, last, block):
            j1 = min(j0 + block, length_k)
            kj, vj = k[..., j0:j1, :], v[..., j0:j1, :]
            p = _tile_scores(qi, kj, i0, j0, shift, causal).sub_(li).exp_()
            dv[..., j0:j1, :] += p.transpose(-1, -2) @ gi
            ds = (gi @ vj.transpose(-1, -2)).sub_(di).mul_(p)
            dq[..., i0:i1, :] += (ds @ kj) * scale
            dk[..., j0:j1, :] += ds.transpose(-1, -2) @ qi  # qi carries the scale
    return dq, dk, dv
