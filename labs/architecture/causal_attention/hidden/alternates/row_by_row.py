# Loops over sequences and queries, and takes only the keys that a query sees.
import torch


def causal_attention(q, k, v, keep=None):
    batch, heads, length_q, dim = q.shape
    length_k = k.shape[2]
    rows = []
    for b in range(batch):
        for i in range(length_q):
            seen = [
                j
                for j in range(length_k)
                if j <= i + length_k - length_q and (keep is None or bool(keep[b, j]))
            ]
            if not seen:
                rows.append(q[b, :, i].sum() * 0 + v.new_zeros(heads, v.shape[-1]))
                continue
            keys, values = k[b, :, seen].float(), v[b, :, seen].float()
            scores = (keys @ q[b, :, i].float()[:, :, None])[:, :, 0] / dim**0.5
            rows.append((scores.softmax(-1)[:, None, :] @ values)[:, 0].to(q.dtype))
    return torch.stack(rows).reshape(batch, length_q, heads, -1).transpose(1, 2)
