"""Attention in tiles, the reference.

Tri Dao et al., "FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness", arXiv:2205.14135,
section 3.1 with algorithm 1, and the backward pass of appendix B.4; written as in FlashAttention-2, arXiv:2307.08691,
section 3.1: rows outside, keys inside, one division at the end, and the log-sum-exp kept for the backward pass.

For each row the tiles seen so far leave three things: m, the largest score; s, the sum of exp(score - m); and o, the
sum of exp(score - m) v. A tile with a larger score makes all that was summed smaller by the same factor:

    m' = max(m, max of the tile)
    s' = s exp(m - m') + sum of exp(score - m')
    o' = o exp(m - m') + exp(score - m') V

At the end output = o / s and lse = m + log(s). The backward pass makes each tile of the weights anew, as
exp(score - lse), so that no more than a tile is ever held.
"""

from collections.abc import Iterator

import torch

Pair = tuple[torch.Tensor, torch.Tensor]


def tiled_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, block: int, causal: bool = False) -> Pair:
    wide = torch.promote_types(q.dtype, torch.float32)
    output, lse = q.new_empty(q.shape), q.new_empty(q.shape[:-1], dtype=wide)
    for rows in _tiles(q.shape[-2], block):
        q_tile = q[..., rows, :].to(wide)
        m = torch.full_like(q_tile[..., :1], -torch.inf)  # (batch, heads, rows, 1), and so is s
        s, o = torch.zeros_like(m), torch.zeros_like(q_tile)
        for keys in _tiles(k.shape[-2], block):
            scores = _scores(q_tile, k, rows, keys, q.shape[-2], causal)  # (batch, heads, rows, keys)
            if scores is None:
                break  # later tiles are hidden as well
            larger = torch.maximum(m, scores.amax(-1, keepdim=True))
            weights, shrink = (scores - larger).exp(), (m - larger).exp()
            s = s * shrink + weights.sum(-1, keepdim=True)
            o = o * shrink + weights @ v[..., keys, :].to(wide)
            m = larger
        output[..., rows, :] = o / s
        lse[..., rows] = (m + s.log()).squeeze(-1)
    return output, lse


def merge(first: Pair, second: Pair) -> Pair:
    """Each part weighs exp(its lse); a part that saw no key has -inf and weighs nothing."""
    lse = torch.logaddexp(first[1], second[1])  # (batch, heads, rows)
    output = sum(o * _weight(part, lse)[..., None] for o, part in (first, second))
    return output, lse


def _weight(part: torch.Tensor, lse: torch.Tensor) -> torch.Tensor:
    return (part - lse).exp().masked_fill(part == -torch.inf, 0.0)  # -inf - -inf would be NaN


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
    dq, dk, dv = (torch.zeros_like(t) for t in (q, k, v))
    # The softmax's backward pass takes sum_j(weights * grad v_j) off each row: that is grad . output.
    mean = (grad * output).sum(-1, keepdim=True)  # (batch, heads, length_q, 1)
    for rows in _tiles(q.shape[-2], block):
        q_tile, grad_tile = q[..., rows, :], grad[..., rows, :]
        for keys in _tiles(k.shape[-2], block):
            scores = _scores(q_tile, k, rows, keys, q.shape[-2], causal)
            if scores is None:
                break
            weights = (scores - lse[..., rows, None]).exp()
            to_scores = weights * (grad_tile @ v[..., keys, :].mT - mean[..., rows, :]) * q.shape[-1] ** -0.5
            dq[..., rows, :] += to_scores @ k[..., keys, :]
            dk[..., keys, :] += to_scores.mT @ q_tile  # (..., keys, rows) @ (..., rows, dim)
            dv[..., keys, :] += weights.mT @ grad_tile
    return dq, dk, dv


def _tiles(length: int, block: int) -> Iterator[slice]:
    return (slice(start, min(start + block, length)) for start in range(0, length, block))


def _scores(
    q_tile: torch.Tensor, k: torch.Tensor, rows: slice, keys: slice, length_q: int, causal: bool
) -> torch.Tensor | None:
    """The scores of one tile, hidden ones -inf; None where the whole tile is hidden."""
    offset = k.shape[-2] - length_q  # query i stands at position i + offset
    if causal and keys.start >= rows.stop + offset:
        return None
    scores = q_tile @ k[..., keys, :].to(q_tile.dtype).mT * q_tile.shape[-1] ** -0.5
    if causal:
        i = torch.arange(rows.start, rows.stop, device=k.device)[:, None] + offset
        scores = scores.masked_fill(torch.arange(keys.start, keys.stop, device=k.device) > i, -torch.inf)
    return scores
