"""Gradient accumulation, clipping and a loss scale, the reference.

A group of k micro-batches stands for one batch, so its gradient has to be that of one batch. With T the number of
labelled tokens in the whole group, known before the first backward pass:

    loss = sum over the micro-batches of (sum of the cross-entropies of its tokens) / T

The mean of the micro-batches' means weighs the tokens of short ones more, wherever their lengths differ (transformers'
Trainer had that until 4.46, and passes `num_items_in_batch` to the loss since).

Clipping (Pascanu, Mikolov and Bengio, arXiv:1211.5063, algorithm 1) looks at the whole gradient at once, as torch's
clip_grad_norm_ does:

    norm = sqrt(sum over all parameters of the squares of their gradients)
    g = g * min(1, max_norm / (norm + 1e-6))

so the direction stays. It comes once for each optimizer step, on the gradient of the group, in its true size:
accumulate, unscale, clip, step, forget.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import nn

IGNORED = -100


@torch.no_grad()
def clip_gradients(parameters: Iterable[nn.Parameter], max_norm: float) -> torch.Tensor:
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        return torch.zeros(())
    # float32 first: in float16 the square of 300 is infinite.
    wide = [g.to(torch.promote_types(g.dtype, torch.float32)) for g in gradients]
    norm = torch.stack([g.square().sum() for g in wide]).sum().sqrt()
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for gradient, g in zip(gradients, wide, strict=True):
        gradient.copy_(g * factor)
    return norm


def train(
    model: nn.Module,
    micro_batches: list[tuple[torch.Tensor, torch.Tensor]],
    accumulation: int,
    lr: float,
    max_norm: float,
    loss_scale: float = 1.0,
) -> dict[str, list[float]]:
    losses, norms = [], []
    for start in range(0, len(micro_batches), accumulation):
        group = micro_batches[start : start + accumulation]  # the last may be shorter
        tokens = sum(int((labels != IGNORED).sum()) for _, labels in group)
        if tokens == 0:
            continue  # nothing to learn from, and nothing to divide by
        model.zero_grad()  # also what somebody else left behind
        total = 0.0
        for x, labels in group:
            loss = F.cross_entropy(model(x), labels, reduction="sum") / tokens  # it leaves out -100 by itself
            (loss * loss_scale).backward()  # gradients add up
            total += loss.item()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.grad.div_(loss_scale)
            norms.append(clip_gradients(model.parameters(), max_norm).item())
            for p in model.parameters():
                if p.grad is not None:
                    p.sub_(lr * p.grad)
        losses.append(total)
    return {"losses": losses, "norms": norms}
