# Written from the brief and the starter alone.
"""Training with gradient accumulation, clipping and a loss scale."""

import torch
import torch.nn.functional as F

IGNORED = -100  # a label that counts for nothing


def clip_gradients(parameters, max_norm):
    """Scale the gradients in place so that their norm, taken over all of them together, is at most `max_norm`.

    parameters: an iterable, perhaps a generator; those whose grad is None are left alone.
    Returns the norm before that, a float32 tensor without dimensions.
    """
    grads = [p.grad for p in parameters if p.grad is not None]
    squares = torch.zeros((), dtype=torch.float64)
    for grad in grads:
        square = grad.detach().double().square().sum()
        squares = squares.to(square.device) + square
    norm = squares.sqrt()
    if norm > max_norm:  # else not a bit of the gradients may change
        factor = max_norm / (norm.item() + 1e-6)
        with torch.no_grad():
            for grad in grads:
                grad.copy_(grad.double() * factor)
    return norm.float()


def train(model, micro_batches, accumulation, lr, max_norm, loss_scale=1.0):
    """Train with SGD: one optimizer step for every `accumulation` micro-batches, and one for the rest at the end.

    model: a module, x (tokens, size) to logits (tokens, vocabulary). micro_batches: a list of pairs (x, labels), with
    labels (tokens,). The loss is multiplied by `loss_scale` before each backward pass.
    Returns {"losses", "norms"}: for each optimizer step the mean loss of its tokens, and the norm before clipping.
    """
    losses, norms = [], []
    for start in range(0, len(micro_batches), accumulation):
        group = micro_batches[start : start + accumulation]
        tokens = sum(int((labels != IGNORED).sum()) for _, labels in group)
        if tokens == 0:
            continue
        model.zero_grad()
        total = 0.0
        for x, labels in group:
            loss = F.cross_entropy(model(x), labels, ignore_index=IGNORED, reduction="sum") / tokens
            (loss * loss_scale).backward()
            total += loss.item()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.grad.div_(loss_scale)
            norm = clip_gradients(model.parameters(), max_norm)
            for p in model.parameters():
                if p.grad is not None:
                    p.sub_(lr * p.grad)
        losses.append(total)
        norms.append(norm.item())
    model.zero_grad()
    return {"losses": losses, "norms": norms}
