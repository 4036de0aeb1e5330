"""Freeze tuning, the reference: the last layers train, the rest stays as it is, to the bit.

Jaejun Lee et al., "What Would Elsa Do? Freezing Layers During Transformer Fine-Tuning", arXiv:1911.03090, fine-tunes
the last layers of BERT and RoBERTa and keeps most of the quality with a fourth of them. Of n layers, the last k train:

    trained = layers n - k .. n - 1, the final norm, and the head unless it is the embedding

Three things are easily missed. `layers[-k:]` is every layer for k = 0. A head that shares its weight with the
embedding cannot train while the embedding is frozen. And AdamW decays whatever has a gradient, however old: what is
frozen must lose its gradient, and is better not given to the optimizer at all.
"""

import torch
from torch import nn


def freeze(model: nn.Module, last: int) -> None:
    if not 0 <= last <= len(model.layers):
        raise ValueError(f"{last} of {len(model.layers)} layers cannot train")
    model.requires_grad_(False)
    trained = [*model.layers[len(model.layers) - last :], model.norm]
    if model.lm_head.weight is not model.embed_tokens.weight:
        trained.append(model.lm_head)
    for module in trained:
        module.requires_grad_(True)
    for parameter in model.parameters():
        if not parameter.requires_grad:
            parameter.grad = None


def make_optimizer(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},  # biases, and weights of norms
    ]
    return torch.optim.AdamW(groups, lr=lr)


def set_mode(model: nn.Module) -> None:
    model.eval()
    for layer in model.layers:
        layer.train(next(layer.parameters()).requires_grad)  # it trains as a whole, or not at all
