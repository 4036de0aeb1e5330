# masked_fill with -inf, and NaN weights replaced: masked_fill gives no gradient to what it fills, so none comes back.
import torch


def causal_attention(q, k, v, keep=None):
    offset = k.shape[2] - q.shape[2]
    hidden = torch.ones(q.shape[2], k.shape[2], device=q.device).triu(offset + 1).bool()
    if keep is not None:
        hidden = hidden | ~keep[:, None, None]
    scores = (q.float() / q.shape[3] ** 0.5) @ k.float().transpose(2, 3)
    weights = scores.masked_fill(hidden, -float("inf")).softmax(3).nan_to_num(0)
    return (weights @ v.float()).type_as(q)
