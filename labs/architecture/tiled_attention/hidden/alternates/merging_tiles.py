# Each tile is attention of its own, and merge puts them together.
import torch


def _positions(start, n, device):
    return torch.arange(start, start + n, device=device)


def _tile(q, k, i, j, shift, causal):
    s = torch.einsum("bhid,bhjd->bhij", q, k) * q.size(-1) ** -0.5
    if causal:
        visible = _positions(j, k.size(2), q.device) <= _positions(i, q.size(2), q.device)[:, None] + shift
        s = torch.where(visible, s, torch.full_like(s, -torch.inf))
    return s


def tiled_attention(q, k, v, block, causal=False):
    shift = k.size(2) - q.size(2)
    outs, lses = [], []
    for i, qt in enumerate(q.float().split(block, dim=2)):
        pair = qt * 0, qt[..., 0] * 0 - torch.inf
        for j, (kt, vt) in enumerate(zip(k.split(block, dim=2), v.split(block, dim=2))):
            scores = _tile(qt, kt.float(), i * block, j * block, shift, causal)
            lse = scores.logsumexp(-1)
            weights = (scores - lse.nan_to_num(neginf=0.0).unsqueeze(-1)).exp()
            pair = merge(pair, (weights @ vt.float(), lse))
        outs.append(pair[0].to(q.dtype))
        lses.append(pair[1])
    return torch.cat(outs, 2), torch.cat(lses, 2)


def merge(first, second):
    weights = torch.stack((first[1], second[1])).softmax(0).nan_to_num(0.0).unsqueeze(-1)
    return weights[0] * first[0] + weights[1] * second[0], torch.stack((first[1], second[1])).logsumexp(0)


def tiled_backward(q, k, v, output, lse, grad, block, causal=False):
    shift = k.size(2) - q.size(2)
    dk, dv, dqs = torch.zeros_like(k), torch.zeros_like(v), []
    parts = [t.split(block, dim=2) for t in (q, grad, output, lse)]
    for i, (qt, gt, ot, lt) in enumerate(zip(*parts)):
        dq = torch.zeros_like(qt)
        for j in range(0, k.size(2), block):
            kt, vt = k[:, :, j : j + block], v[:, :, j : j + block]
            w = (_tile(qt, kt, i * block, j, shift, causal) - lt.unsqueeze(-1)).exp()
            ds = w * torch.einsum("bhid,bhjd->bhij", gt, vt) - w * (gt * ot).sum(-1, keepdim=True)
            ds = ds / q.size(-1) ** 0.5
            dq = dq + torch.einsum("bhij,bhjd->bhid", ds, kt)
            dk[:, :, j : j + block] += torch.einsum("bhij,bhid->bhjd", ds, qt)
            dv[:, :, j : j + block] += torch.einsum("bhij,bhid->bhjd", w, gt)
        dqs.append(dq)
    return torch.cat(dqs, 2), dk, dv
