"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. Tensors come in on the device that is judged.
`**given` is what a layer is made with:

    weight (out, in), bias (out,) or None    the base; its dtype is theirs
    lora_a (r, in), lora_b (out, r)          copied into your parameters; a new layer gets `r` instead
    alpha                                    a float or an int
    dropout                                  left out of the call where it is not given

Without anything said, a layer is in training mode, as a new module is.
"""

import torch
from torch import nn


def forward(answer, x, training=True, **given):
    """The output for x (..., in), in training or in evaluation mode."""
    layer = _layer(answer, **given)
    layer.train(training)
    return layer(x)


def forward_transposed(answer, x, **given):
    """The output for the transposed view of x (..., in, length): a tensor that is not contiguous."""
    return _layer(answer, **given)(x.transpose(-1, -2))


def forward_in_both_modes(answer, x, **given):
    """One layer called twice in training mode, then once in evaluation mode."""
    layer = _layer(answer, **given)
    train = [layer(x), layer(x)]
    layer.eval()
    return {"train": train, "eval": layer(x)}


def gradients(answer, x, grad, **given):
    """The gradients of sum(grad * output), for x (..., in) and for both parameters."""
    layer = _layer(answer, **given)
    x = x.clone().requires_grad_()
    layer(x).backward(grad)
    return {"x": x.grad, "lora_A": layer.lora_A.grad, "lora_B": layer.lora_B.grad}


def outputs_after(answer, steps, x, **given):
    """Calls each of `steps` ("merge" or "unmerge") in evaluation mode, with a forward pass after each.

    `output`: what the layer then gives for x. `without_adapter`: the same once lora_B has been set to zero,
    which shows what is in the weight that forward computes with.
    """
    layer = _layer(answer, **given)
    layer.eval()
    for step in steps:
        getattr(layer, step)()
        output = layer(x)
    with torch.no_grad():
        layer.lora_B.zero_()
    return {"output": output, "without_adapter": layer(x)}


def outputs_after_update(answer, x, new_a, new_b, **given):
    """Uses, merges and unmerges a layer; then the adapter takes new values, as in training, and is used again."""
    layer = _layer(answer, **given)
    layer.eval()
    layer(x)
    layer.merge()
    layer.unmerge()
    _set_adapter(layer, new_a, new_b)
    output = layer(x)
    layer.merge()
    return {"output": output, "merged": layer(x)}


def new_layer_forward(answer, x, **given):
    """The output of a layer as it was made, in training mode."""
    return _new_layer(answer, **given)(x)


def new_layer_gradients(answer, x, grad, **given):
    """The gradients for both parameters in a layer as it was made."""
    layer = _new_layer(answer, **given)
    layer(x).backward(grad)
    return {"lora_A": layer.lora_A.grad, "lora_B": layer.lora_B.grad}


def new_parameters(answer, **given):
    """Every parameter that trains in a layer as it was made, by name."""
    return {name: p.detach() for name, p in _new_layer(answer, **given).named_parameters() if p.requires_grad}


def names_that_train(answer, **given):
    """The names of the parameters that train: in a new layer, in the merged one, in the unmerged one."""
    layer = _new_layer(answer, **given)
    names = {"new": _names_that_train(layer)}
    layer.eval()
    layer.merge()
    names["merged"] = _names_that_train(layer)
    layer.unmerge()
    return names | {"unmerged": _names_that_train(layer)}


def inputs_afterwards(answer, x, **given):
    """What x, lora_A and lora_B hold after forward in both modes, merge and unmerge."""
    layer = _layer(answer, **given)
    layer(x)
    layer.eval()
    layer(x)
    layer.merge()
    layer(x)
    layer.unmerge()
    return {"x": x, "lora_A": layer.lora_A.detach(), "lora_B": layer.lora_B.detach()}


def _names_that_train(layer):
    return sorted(name for name, parameter in layer.named_parameters() if parameter.requires_grad)


def _layer(answer, weight, bias, lora_a, lora_b, alpha, dropout=None):
    """A layer over the given base, with the given adapter."""
    layer = _new_layer(answer, weight, bias, len(lora_a), alpha, dropout)
    _set_adapter(layer, lora_a, lora_b)
    return layer


def _new_layer(answer, weight, bias, r, alpha, dropout=None):
    """A layer over the given base, with the adapter that it was made with."""
    size_out, size_in = weight.shape
    base = nn.Linear(size_in, size_out, bias=bias is not None, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        base.weight.copy_(weight)
        if bias is not None:
            base.bias.copy_(bias)
    layer = answer.LoRALinear(base, r, alpha) if dropout is None else answer.LoRALinear(base, r, alpha, dropout=dropout)
    return layer.to(weight.device)


def _set_adapter(layer, lora_a, lora_b):
    with torch.no_grad():
        layer.lora_A.copy_(lora_a)
        layer.lora_B.copy_(lora_b)
