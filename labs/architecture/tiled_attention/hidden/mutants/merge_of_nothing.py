# killed-by: merge
# mistake: wrong-merge
# -inf less -inf where neither part saw a key.
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
    lse = torch.logaddexp(l1, l2)
    return torch.exp(l1 - lse)[..., None] * o1 + torch.exp(l2 - lse)[..., None] * o2, lse


def tiled_backward(q, k, v, output, lse, grad, block, causal=False):
    length_q, length_k = q.shape[-2], k.shape[-2]
    scale = 1 / math.sqrt(q.shape[-1])
    dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
    d = (grad * output).sum(dim=-1, keepdim=True)
    for j in range(0, length_k, block):
        k_tile, v_tile = k[:, :, j : j + block], v[:, :, j : j + block]
        for i in range(0, length_q, block):
            q_tile, g_tile = q[:, :, i : i + block], grad[:, :, i : i + block]
            scores = tile_scores(q_tile, k_tile, i, j, length_k - length_q, causal)
            p = torch.exp(scores - lse[:, :, i : i + block, None])
            dv[:, :, j : j + block] += p.transpose(-1, -2) @ g_tile
            dp = g_tile @ v_tile.transpose(-1, -2)
            ds = p * (dp - d[:, :, i : i + block]) * scale
            dq[:, :, i : i + block] += ds @ k_tile
            dk[:, :, j : j + block] += ds.transpose(-1, -2) @ q_tile
    return dq, dk, dv
