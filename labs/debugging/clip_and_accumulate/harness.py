"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. The model is an nn.Linear.
"""

import torch
from torch import nn


def clip(answer, gradients, max_norm):
    """The norm that clip_gradients returns, and what the gradients then are; None stands for a missing gradient."""
    parameters = [nn.Parameter(torch.zeros(2) if g is None else torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else gradient.clone()
    norm = answer.clip_gradients((p for p in parameters), max_norm)
    return {"norm": norm, "gradients": [p.grad for p in parameters]}


def norm_without_gradients(answer):
    """The norm, as a float, of two parameters that have no gradient."""
    return answer.clip_gradients([nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(3))], 1.0).item()


def train(answer, weight, bias, micro_batches, stale=None, bias_trains=True, **given):
    """What train returns, and the parameters afterwards.

    micro_batches: a list of [x, labels]. stale: a gradient that the weight has beforehand. given: accumulation, lr,
    max_norm, and perhaps loss_scale.
    """
    vocabulary, size = weight.shape
    model = nn.Linear(size, vocabulary, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        model.weight.copy_(weight)
        model.bias.copy_(bias)
    model.bias.requires_grad_(bias_trains)
    if stale is not None:
        model.weight.grad = stale.clone()
    report = answer.train(model, [(x, labels) for x, labels in micro_batches], **given)
    return {"report": report, "weight": model.weight.detach(), "bias": model.bias.detach()}
