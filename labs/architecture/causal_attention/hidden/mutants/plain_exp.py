# killed-by: large-scores
# mistake: overflow
# exp of the scores as they are.
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
    weights = torch.exp(scores) * visible
    weights = weights / weights.sum(dim=-1, keepdim=True).clamp_min(1e-30)
    return torch.matmul(weights, v.float()).to(q.dtype)
