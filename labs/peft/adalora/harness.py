"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. A layer is given by

    weight (out, in), bias (out,) or None    the base; its dtype is theirs
    lora_a (r, in), lora_e (r,), lora_b (out, r)    copied into your parameters, lora_e as (r, 1)
    alpha                                    a float or an int

Where only the update matters, an `update` is a dict of the three tensors; its base has zeros for a weight.
"""

import torch
from torch import nn

NAMES = ("lora_A", "lora_E", "lora_B")


def forward(answer, x, **given):
    """The output for x (..., in)."""
    return _layer(answer, **given)(x)


def gradients(answer, x, grad, **given):
    """The gradients of sum(grad * output), for x (..., in) and for the three parameters."""
    layer = _layer(answer, **given)
    x = x.clone().requires_grad_()
    layer(x).backward(grad)
    return {"x": x.grad} | {name: getattr(layer, name).grad for name in NAMES}


def new_layer(answer, x, grad, weight, bias, r, alpha):
    """A layer as it was made: its output, its parameters that train by name, and the first gradient of lora_E."""
    layer = _new(answer, weight, bias, r, alpha)
    output = layer(x)
    output.backward(grad)
    trained = {name: p.detach() for name, p in layer.named_parameters() if p.requires_grad}
    return {"output": output, "parameters": trained, "gradient": layer.lora_E.grad}


def orthogonality(answer, updates):
    """The penalty of these updates, and its gradients for each layer's lora_A and lora_B."""
    layers = [_update(answer, update) for update in updates]
    penalty = answer.orthogonality(layers)
    penalty.backward()
    return {"penalty": penalty, "gradients": [[layer.lora_A.grad, layer.lora_B.grad] for layer in layers]}


def budget(answer, **given):
    """The budget at a step, or the name of the error."""
    try:
        return answer.budget(**given)
    except ValueError:
        return "ValueError"


def scores(answer, steps, betas=None):
    """The scores after some steps. Each step is a list of [update, gradients] for each layer, both as updates."""
    layers = [_update(answer, update) for update, _ in steps[0]]
    importance = answer.Importance(layers) if betas is None else answer.Importance(layers, *betas)
    for step in steps:
        for layer, (update, gradient) in zip(layers, step, strict=True):
            _set(layer, **update)
            layer.lora_A.grad = gradient["lora_a"].clone()
            layer.lora_E.grad = gradient["lora_e"][:, None].clone()
            layer.lora_B.grad = gradient["lora_b"].clone()
        importance.update()
    return list(importance.scores())


def allocated(answer, updates, scores, keep):
    """For each layer the three parameters after the triplets have been given out, and a gradient of lora_E then."""
    layers = [_update(answer, update) for update in updates]
    held = [{name: getattr(layer, name) for name in NAMES} for layer in layers]  # as an optimizer holds them
    answer.allocate(layers, scores, keep)
    result = []
    for layer, parameters in zip(layers, held, strict=True):
        layer(torch.ones(1, layer.lora_A.shape[1], device=layer.lora_A.device)).sum().backward()
        after = {name: parameter.detach() for name, parameter in parameters.items()}
        result.append(after | {"gradient": parameters["lora_E"].grad})
    return result


def _new(answer, weight, bias, r, alpha):
    size_out, size_in = weight.shape
    base = nn.Linear(size_in, size_out, bias=bias is not None, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        base.weight.copy_(weight)
        if bias is not None:
            base.bias.copy_(bias)
    return answer.SVDLinear(base, r, alpha).to(weight.device)


def _layer(answer, weight, bias, lora_a, lora_e, lora_b, alpha):
    layer = _new(answer, weight, bias, len(lora_a), alpha)
    _set(layer, lora_a, lora_e, lora_b)
    return layer


def _update(answer, update):
    weight = torch.zeros(len(update["lora_b"]), update["lora_a"].shape[1])
    weight = weight.to(device=update["lora_a"].device, dtype=update["lora_a"].dtype)
    return _layer(answer, weight, None, alpha=len(update["lora_a"]), **update)


def _set(layer, lora_a, lora_e, lora_b):
    with torch.no_grad():
        layer.lora_A.copy_(lora_a)
        layer.lora_E.copy_(lora_e[:, None])
        layer.lora_B.copy_(lora_b)
