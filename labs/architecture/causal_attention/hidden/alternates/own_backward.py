# An autograd function of its own; the weights are rounded to the dtype of v before the last product.
import torch


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, visible):
        scale = q.shape[-1] ** -0.5
        scores = (q.float() * scale) @ k.float().mT
        weights = scores.masked_fill(~visible, -torch.inf).softmax(-1).nan_to_num(nan=0.0)
        ctx.save_for_backward(q, k, v, weights)
        ctx.scale = scale
        return (weights.to(v.dtype).float() @ v.float()).to(q.dtype)

    @staticmethod
    def backward(ctx, grad):
        q, k, v, weights = ctx.saved_tensors
        to_weights = grad @ v.mT
        to_scores = weights * (to_weights - (to_weights * weights).sum(-1, keepdim=True)) * ctx.scale
        return to_scores @ k, to_scores.mT @ q, weights.mT @ grad, None


def causal_attention(q, k, v, keep=None):
    n, m = q.shape[-2], k.shape[-2]
    visible = torch.arange(m, device=q.device) - torch.arange(n, device=q.device)[:, None] <= m - n
    if keep is not None:
        visible = visible & keep.view(keep.shape[0], 1, 1, m)
    return _Attention.apply(q, k, v, visible)
