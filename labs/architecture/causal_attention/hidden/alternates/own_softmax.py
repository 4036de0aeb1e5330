# Its own softmax in float64, with the row's peak cut off below and the sum kept away from zero; einsum throughout.
import torch


def causal_attention(q, k, v, keep=None):
    n, m = q.size(2), k.size(2)
    visible = torch.ones(n, m, dtype=torch.bool, device=q.device).tril(m - n)
    if keep is not None:
        visible = torch.einsum("ij,bj->bij", visible.int(), keep.int()).bool()[:, None]
    scores = torch.einsum("bhid,bhjd->bhij", q.double(), k.double()) / q.size(-1) ** 0.5
    scores = torch.where(visible, scores, torch.full_like(scores, -torch.inf))
    peak = scores.detach().amax(-1, keepdim=True).clamp_min(-1e300)
    weights = (scores - peak).exp()
    total = weights.sum(-1, keepdim=True)
    weights = weights / torch.where(total > 0, total, torch.ones_like(total))
    return torch.einsum("bhij,bhjd->bhid", weights, v.double()).to(q.dtype)
