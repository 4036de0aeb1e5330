"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `**given` is what a layer is made with:

    weight (out, in), bias (out,) or None    the base; its dtype is theirs
    lora_a (r, in), lora_b (out, r)          copied into `lora_A` and `lora_B`; a new layer gets `r` instead
    magnitude (out,)                         copied into `magnitude`
    alpha                                    a float or an int
"""

import torch
from torch import nn


def forward(answer, x, **given):
    """The output for x (..., in)."""
    return _layer(answer, **given)(x)


def gradients(answer, x, grad, **given):
    """The gradients of sum(grad * output), for x (..., in) and for the three parameters."""
    layer = _layer(answer, **given)
    x = x.clone().requires_grad_()
    layer(x).backward(grad)
    return {"x": x.grad} | {name: getattr(layer, name).grad for name in ("lora_A", "lora_B", "magnitude")}


def outputs_after(answer, steps, x, new_magnitude=None, **given):
    """Calls each of `steps` ("merge" or "unmerge") in evaluation mode.

    `output`: what the layer gives after them. With `new_magnitude` this takes the magnitude's place before the last
    step. `base`: the output once lora_B is zero and the magnitude is the length of the given weight's rows, which
    shows what the weight is that forward uses. `plain`: the same before the first step.
    """
    layer = _layer(answer, **given).eval()
    neutral = given["weight"].double().norm(dim=1), torch.zeros_like(given["lora_b"])
    _set(layer, *neutral)
    plain = layer(x).detach()
    _set(layer, given["magnitude"], given["lora_b"])
    for i, step in enumerate(steps):
        if new_magnitude is not None and i == len(steps) - 1:
            _set(layer, new_magnitude, given["lora_b"])
        getattr(layer, step)()
        output = layer(x)
    _set(layer, *neutral)
    return {"output": output, "base": layer(x), "plain": plain}


def new_layer(answer, x, **given):
    """The output of a layer as it was made, and its parameters that train, by name."""
    layer = _new(answer, **given)
    trained = {name: p.detach() for name, p in layer.named_parameters() if p.requires_grad}
    return {"output": layer(x), "parameters": trained}


def what_trains(answer, **given):
    """The names of the parameters that train: in a new layer, merged, unmerged."""
    layer = _new(answer, **given)
    names = {"new": _names(layer)}
    layer.merge()
    names["merged"] = _names(layer)
    layer.unmerge()
    return names | {"unmerged": _names(layer)}


def _names(layer):
    return sorted(name for name, parameter in layer.named_parameters() if parameter.requires_grad)


def _new(answer, weight, bias, r, alpha):
    size_out, size_in = weight.shape
    base = nn.Linear(size_in, size_out, bias=bias is not None, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        base.weight.copy_(weight)
        if bias is not None:
            base.bias.copy_(bias)
    return answer.DoRALinear(base, r, alpha).to(weight.device)


def _layer(answer, weight, bias, lora_a, lora_b, magnitude, alpha):
    layer = _new(answer, weight, bias, len(lora_a), alpha)
    with torch.no_grad():
        layer.lora_A.copy_(lora_a)
    _set(layer, magnitude, lora_b)
    return layer


def _set(layer, magnitude, lora_b):
    with torch.no_grad():
        layer.magnitude.copy_(magnitude)
        layer.lora_B.copy_(lora_b)
