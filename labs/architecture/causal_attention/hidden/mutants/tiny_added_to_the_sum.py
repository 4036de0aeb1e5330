# killed-by: masked-rows
# mistake: uniform-rows
# Its own softmax: the row's peak is the mask's finite number, so exp(0) is one for what is hidden.
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
    weights = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    weights = weights / (weights.sum(dim=-1, keepdim=True) + 1e-20)
    return torch.matmul(weights, v.float()).to(q.dtype)
