# killed-by: masked-row-gradients
# mistake: nan-in-the-graph
# -inf is added, and the NaN weights are replaced: the backward pass of the softmax still has them.
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
    mask = torch.zeros_like(visible, dtype=torch.float32).masked_fill(~visible, float("-inf"))
    weights = torch.softmax(scores + mask, dim=-1).nan_to_num(0.0)
    return torch.matmul(weights, v.float()).to(q.dtype)
