# Tiles of queries over all keys at once where those are few, 64 queries at most; two passes over key tiles otherwise:
# first the largest score and the sum, then the values.
import torch


def _scores(q, k, first_row, first_key, shift, causal):
    s = (q.float() * q.shape[-1] ** -0.5) @ k.float().transpose(2, 3)
    if causal:
        hidden = torch.ones(s.shape[-2:], dtype=torch.bool, device=q.device).triu(first_row + shift - first_key + 1)
        s = s.masked_fill(hidden, float("-inf"))
    return s


def tiled_attention(q, k, v, block, causal=False):
    n, m = q.shape[2], k.shape[2]
    rows = min(block, 256)
    output = torch.empty_like(q)
    lse = torch.empty(q.shape[:3], device=q.device)
    for i in range(0, n, rows):
        here = q[:, :, i : i + rows]
        sums = [_scores(here, k[:, :, j : j + block], i, j, m - n, causal).logsumexp(-1) for j in range(0, m, block)]
        total = torch.logsumexp(torch.stack(sums), 0)
        out = 0
        for j in range(0, m, block):
            w = torch.exp(_scores(here, k[:, :, j : j + block], i, j, m - n, causal) - total[..., None])
            out = out + w @ v[:, :, j : j + block].float()
        output[:, :, i : i + rows] = out.to(q.dtype)
        lse[:, :, i : i + rows] = total
    return output, lse


def merge(first, second):
    (a, la), (b, lb) = first, second
    nothing = (la == -torch.inf) & (lb == -torch.inf)
    share = torch.sigmoid(torch.where(nothing, torch.zeros_like(la), la - lb))[..., None]
    return a * share + b * (1 - share), torch.logaddexp(la, lb)


def tiled_backward(q, k, v, output, lse, grad, block, causal=False):
    n, m = q.shape[2], k.shape[2]
    scale = q.shape[-1] ** -0.5
    dq, dk, dv = (torch.zeros_like(t) for t in (q, k, v))
    for i in range(0, n, block):
        r = slice(i, i + block)
        for j in range(0, m, block):
            c = slice(j, j + block)
            if causal and j > min(i + block, n) - 1 + m - n:
                continue
            w = torch.exp(_scores(q[:, :, r], k[:, :, c], i, j, m - n, causal) - lse[:, :, r].unsqueeze(-1))
            dv[:, :, c] += torch.matmul(w.transpose(2, 3), grad[:, :, r])
            # grad . (v - output), the difference taken first through one product each
            inner = torch.matmul(grad[:, :, r], v[:, :, c].transpose(2, 3))
            inner -= (grad[:, :, r] * output[:, :, r]).sum(-1).unsqueeze(-1)
            w *= inner * scale
            dq[:, :, r] += torch.matmul(w, k[:, :, c])
            dk[:, :, c] += torch.matmul(w.transpose(2, 3), q[:, :, r])
    return dq, dk, dv
