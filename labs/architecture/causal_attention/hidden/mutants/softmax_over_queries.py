# killed-by: values
# mistake: softmax-misplaced
# The weights of a key sum to one, not those of a query.
import math

import torch


def causal_attention(q, k, v, keep=None):
    length_q, length_k = q.shape[-2], k.shape[-2]
    scores = torch.matmul(q.float(), k.float().transpose(-1, -2)) / math.sqrt(q.shape[-1])
    i = torch.arange(length_q, device=q.device).unsqueeze(1)
    j = torch.arange(length_k, device=q.device).unsqueeze(0)
    visible = (j <= i + length_k - length_q)[None, None]
    if keep is not None:
        visible = visible & keep[:, None, None, :]
    scores = scores.masked_fill(~visible, -1e30)
    weights = torch.softmax(scores, dim=-2).masked_fill(~visible, 0.0)
    return torch.matmul(weights, v.float()).to(q.dtype)
