# killed-by: memory
# mistake: whole-matrix
# The backward pass is autograd over plain attention.
import math

import torch


def tile_scores(q_tile, k_tile, i, j, offset, causal):
    scores = q_tile.float() @ k_tile.float().transpose(-1, -2) / math.sqrt(q_tile.shape[-1])
    if causal:
        rows = torch.arange(i, i + q_tile.shape[-2], device=q_tile.device).unsqueeze(1) + offset
        columns = torch.arange(j, j + k_tile.shape[-2], device=q_tile.device).unsqueeze(0)
        scores = scores.masked_fill(columns > rows, float("-inf"))
    return scores


def tiled_attention(q, k, v, block, causal=False):
    length_q, length_k = q.shape[-2], k.shape[-2]
    offset = length_k - length_q
    outputs, lses = [], []
    for i in range(0, length_q, block):
        q_tile = q[:, :, i : i + block]
        m = torch.full(q_tile.shape[:3], float("-inf"), device=q.device)
        s = torch.zeros_like(m)
        o = torch.zeros(q_tile.shape, device=q.device)
        for j in range(0, length_k, block):
            k_tile, v_tile = k[:, :, j : j + block], v[:, :, j : j + block]
            scores = tile_scores(q_tile, k_tile, i, j, offset, causal)
            new_m = torch.maximum(m, scores.max(dim=-1).values)
            p = torch.exp(scores - new_m[..., None])
            correction = torch.exp(m - new_m)
            s = s * correction + p.sum(dim=-1)
            o = o * correction[..., None] + p @ v_tile.float()
            m = new_m
        outputs.append((o / s[..., None]).to(q.dtype))
        lses.append(m + torch.log(s))
    return torch.cat(outputs, dim=2), torch.cat(lses, dim=2)


def merge(first, second):
    (o1, l1), (o2, l2) = first, second
    m = torch.maximum(l1, l2)
    m = torch.where(torch.isinf(m), torch.zeros_like(m), m)
    w1, w2 = torch.exp(l1 - m), torch.exp(l2 - m)
    total = w1 + w2
    safe = torch.where(total > 0, total, torch.ones_like(total))
    output = (w1[..., None] * o1 + w2[..., None] * o2) / safe[..., None]
    return output, m + torch.log(total)


def tiled_backward(q, k, v, output, lse, grad, block, causal=False):
    with torch.enable_grad():
        q, k, v = (t.detach().clone().requires_grad_() for t in (q, k, v))
        scores = tile_scores(q, k, 0, 0, k.shape[-2] - q.shape[-2], causal)
        out = torch.softmax(scores, dim=-1) @ v
        return torch.autograd.grad(out, (q, k, v), grad)
