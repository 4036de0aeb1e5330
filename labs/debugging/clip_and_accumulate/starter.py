"""Training with gradient accumulation, clipping and a loss scale. It runs, and it is broken."""

import torch
import torch.nn.functional as F

IGNORED = -100  # a label that counts for nothing


def clip_gradients(parameters, max_norm):
    """Scale the gradients in place so that their norm, taken over all of them together, is at most `max_norm`.

    parameters: an iterable, perhaps a generator; those whose grad is None are left alone.
    Returns the norm before that, a float32 tensor without dimensions.
    """
    squares = torch.zeros(())
    for p in parameters:
        if p.grad is None:
            continue
        norm = p.grad.float().norm()
        p.grad.mul_(min(1.0, max_norm / (norm.item() + 1e-6)))
        squares = squares.to(norm.device) + norm**2
    return squares.sqrt()


def train(model, micro_batches, accumulation, lr, max_norm, loss_scale=1.0):
    """Train with SGD: one optimizer step for every `accumulation` micro-batches, and one for the rest at the end.

    model: a module, x (tokens, size) to logits (tokens, vocabulary). micro_batches: a list of pairs (x, labels), with
    labels (tokens,). The loss is multiplied by `loss_scale` before each backward pass.
    Returns {"losses", "norms"}: for each optimizer step the mean loss of its tokens, and the norm before clipping.
    """
    losses, norms = [], []
    model.zero_grad()
    for i, (x, labels) in enumerate(micro_batches):
        loss = F.cross_entropy(model(x), labels, ignore_index=IGNORED) / accumulation
        (loss * loss_scale).backward()
        norm = clip_gradients(model.parameters(), max_norm)
        if (i + 1) % accumulation == 0:
            with torch.no_grad():
                for p in model.parameters():
                    if p.grad is not None:
                        p.sub_(lr * p.grad / loss_scale)
            model.zero_grad()
            losses.append(loss.item() * accumulation)
            norms.append(norm.item())
    return {"losses": losses, "norms": norms}
