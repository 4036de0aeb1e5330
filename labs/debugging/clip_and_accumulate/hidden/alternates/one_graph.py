# One backward pass for each group over the sum of its losses; torch's SGD does the step.
import math

import torch
import torch.nn.functional as F


def clip_gradients(parameters, max_norm):
    squared, kept = 0.0, []
    for p in parameters:
        if p.grad is not None:
            kept.append(p)
            squared += p.grad.double().pow(2).sum().item()
    norm = math.sqrt(squared)
    if norm > max_norm:
        for p in kept:
            p.grad = (p.grad.float() * (max_norm / (norm + 1e-6))).to(p.grad.dtype)
    return torch.tensor(norm, dtype=torch.float32, device=kept[0].device if kept else None)


def sgd(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            with torch.no_grad():
                p.add_(p.grad, alpha=-lr)


def train(model, micro_batches, accumulation, lr, max_norm, loss_scale=1.0):
    losses, norms = [], []
    for first in range(0, len(micro_batches), accumulation):
        x, labels = zip(*micro_batches[first : first + accumulation])
        targets = torch.cat(labels)
        if bool((targets == -100).all()):
            continue
        for p in model.parameters():
            p.grad = None
        loss = F.cross_entropy(torch.cat([model(part) for part in x]), targets)
        loss.mul(loss_scale).backward()
        for p in model.parameters():
            if p.grad is not None:
                p.grad = p.grad / loss_scale
        norms.append(clip_gradients(model.parameters(), max_norm).item())
        sgd(model.parameters(), lr)
        losses.append(loss.item())
    return {"norms": norms, "losses": losses}
