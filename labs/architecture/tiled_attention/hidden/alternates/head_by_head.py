# One sequence and head after the other, in plain matrices; the output is kept divided all along, as in the first paper.
import torch


def _row_tile(q, k, v, start, block, shift, causal):
    m = torch.full((len(q), 1), -1e30, device=q.device)
    s = torch.zeros(len(q), 1, device=q.device)
    o = torch.zeros(len(q), v.shape[1], device=q.device)
    last = start + len(q) - 1 + shift
    for j in range(0, last + 1 if causal else len(k), block):
        scores = (q @ k[j : j + block].T) * q.shape[1] ** -0.5
        if causal:
            place = torch.arange(start, start + len(q), device=q.device).view(-1, 1) + shift
            scores[torch.arange(j, j + scores.shape[1], device=q.device).view(1, -1) > place] = -1e30
        top = scores.max(1, keepdim=True).values.maximum(m)
        p = (scores - top).exp() * (scores > -1e29)
        s_new = s * (m - top).exp() + p.sum(1, keepdim=True)
        o = (o * s * (m - top).exp() + p @ v[j : j + block]) / s_new.clamp_min(1e-30)
        m, s = top, s_new
    return o, (m + s.log()).squeeze(1)


def tiled_attention(q, k, v, block, causal=False):
    output = torch.zeros_like(q)
    lse = torch.zeros(q.shape[:3], device=q.device)
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            keys, values = k[b, h].float(), v[b, h].float()
            for i in range(0, q.shape[2], block):
                o, x = _row_tile(q[b, h, i : i + block].float(), keys, values, i, block, len(keys) - q.shape[2], causal)
                output[b, h, i : i + block] = o.to(q.dtype)
                lse[b, h, i : i + block] = x
    return output, lse


def merge(first, second):
    (o1, l1), (o2, l2) = first, second
    top = torch.maximum(l1, l2).clamp_min(-1e30)
    a, b = (l1 - top).exp(), (l2 - top).exp()
    output = (o1 * a[..., None] + o2 * b[..., None]) / (a + b)[..., None].clamp_min(1e-30)
    return output, torch.where(a + b > 0, top + (a + b).log(), torch.full_like(top, -torch.inf))


def tiled_backward(q, k, v, output, lse, grad, block, causal=False):
    dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
    n, m, d = q.shape[2], k.shape[2], q.shape[3]
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            for j in range(0, m, block):
                kj, vj = k[b, h, j : j + block], v[b, h, j : j + block]
                for i in range(0, n, block):
                    qi, gi = q[b, h, i : i + block], grad[b, h, i : i + block]
                    w = (qi @ kj.T / d**0.5 - lse[b, h, i : i + block, None]).exp()
                    if causal:
                        w = w.tril(i + m - n - j)
                    ds = w * (gi @ vj.T - (gi * output[b, h, i : i + block]).sum(1, keepdim=True)) / d**0.5
                    dq[b, h, i : i + block] += ds @ kj
                    dk[b, h, j : j + block] += ds.T @ qi
                    dv[b, h, j : j + block] += w.T @ gi
    return dq, dk, dv
