"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `**given` is what a layer is made with:

    weight (out, in), bias (out,) or None    the base; its dtype is theirs
    vector (in,) or (out,), float32          copied into `ia3_l`; a new layer keeps its own
    feedforward                              left out of the call where it is not given
"""

import torch
from torch import nn


def forward(answer, x, **given):
    """The output for x (..., in)."""
    return _layer(answer, **given)(x)


def gradients(answer, x, grad, **given):
    """The gradients of sum(grad * output), for x (..., in) and for the vector."""
    layer = _layer(answer, **given)
    x = x.clone().requires_grad_()
    layer(x).backward(grad)
    return {"x": x.grad, "vector": layer.ia3_l.grad}


def outputs_after(answer, steps, x, new_vector=None, **given):
    """Calls each of `steps` ("merge" or "unmerge") in evaluation mode, then sets the vector.

    `output`: what the layer gives after the steps. With `new_vector` this takes the vector's place before the last
    step. `base`: the output once the vector is all ones, which shows what the weight and bias are that forward uses.
    `plain`: the same before the first step.
    """
    layer = _layer(answer, **given).eval()
    kept = layer.ia3_l.detach().clone()
    _set(layer, torch.ones_like(kept))
    plain = layer(x).detach()
    _set(layer, kept)
    for i, step in enumerate(steps):
        if new_vector is not None and i == len(steps) - 1:
            _set(layer, new_vector)
        getattr(layer, step)()
        output = layer(x)
    _set(layer, torch.ones_like(kept))
    return {"output": output, "base": layer(x), "plain": plain}


def new_layer(answer, x, **given):
    """The output of a layer as it was made, and the vector that it was made with."""
    layer = _new(answer, **given)
    return {"output": layer(x), "vector": layer.ia3_l.detach()}


def what_trains(answer, **given):
    """The names of the parameters that train: in a new layer, merged, unmerged."""
    layer = _new(answer, **given)
    names = {"new": _names(layer)}
    layer.merge()
    names["merged"] = _names(layer)
    layer.unmerge()
    return names | {"unmerged": _names(layer)}


def inputs_afterwards(answer, x, **given):
    """What x and the vector hold after forward, merge and unmerge."""
    layer = _layer(answer, **given)
    layer(x)
    layer.merge()
    layer(x)
    layer.unmerge()
    return {"x": x, "vector": layer.ia3_l.detach()}


def _names(layer):
    return sorted(name for name, parameter in layer.named_parameters() if parameter.requires_grad)


def _new(answer, weight, bias, feedforward=None):
    size_out, size_in = weight.shape
    base = nn.Linear(size_in, size_out, bias=bias is not None, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        base.weight.copy_(weight)
        if bias is not None:
            base.bias.copy_(bias)
    layer = answer.IA3Linear(base) if feedforward is None else answer.IA3Linear(base, feedforward=feedforward)
    return layer.to(weight.device)


def _layer(answer, vector, **given):
    layer = _new(answer, **given)
    _set(layer, vector)
    return layer


def _set(layer, vector):
    with torch.no_grad():
        layer.ia3_l.copy_(vector)
