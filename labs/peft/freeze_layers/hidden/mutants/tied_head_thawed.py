# killed-by: tied-head
# mistake: tied-thawed
# Thaws the head, whatever its weight is.
import torch
from torch import nn


def freeze(model, last):
    n = len(model.layers)
    if last < 0 or last > n:
        raise ValueError(f"last must be between 0 and {n}")
    for p in model.parameters():
        p.requires_grad = False
        p.grad = None
    for layer in model.layers[n - last :]:
        layer.requires_grad_(True)
    model.norm.requires_grad_(True)
    model.lm_head.requires_grad_(True)


def make_optimizer(model, lr, weight_decay):
    decay, no_decay = [], []
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        if p.dim() >= 2:
            decay.append(p)
        else:
            no_decay.append(p)
    groups = [{"params": decay, "weight_decay": weight_decay}, {"params": no_decay, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lr)


def set_mode(model):
    model.eval()
    for layer in model.layers:
        if any(p.requires_grad for p in layer.parameters()):
            layer.train()
