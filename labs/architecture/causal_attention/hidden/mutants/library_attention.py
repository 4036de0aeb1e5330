# killed-by: own-work
# mistake: nan-rows
# The library does the work.
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
    scores = scores.masked_fill(~visible, float("-inf"))
    empty = ~visible.any(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(empty, 0.0), dim=-1)
    weights = weights.masked_fill(empty, 0.0)
    mask = visible.expand(q.shape[0], 1, length_q, length_k)
    return torch.nn.functional.scaled_dot_product_attention(q.float(), k.float(), v.float(), attn_mask=mask).to(q.dtype)
