"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `**given` is what a module is made with:

    down (N, m, d), up (N, d, m)    of N adapters z = h + up relu(down h + 1/2); their dtype is that of h
    query, key, value (d, d)        copied into the `weight` of the three layers; a new module keeps its own
    query_bias, key_bias (d,)       copied into `bias`
"""

import torch
from torch import nn


class Adapter(nn.Module):
    def __init__(self, down, up):
        super().__init__()
        self.down, self.up = nn.Parameter(down.clone()), nn.Parameter(up.clone())
        self.bias = nn.Parameter(torch.full_like(down[:, 0], 0.5))

    def forward(self, h):
        return h + (h @ self.down.T + self.bias).relu() @ self.up.T


def forward(answer, h, **given):
    """The output for h (..., d)."""
    return _fusion(answer, **given)(h)


def weights(answer, h, **given):
    """Each adapter's share, for h (..., d)."""
    return _fusion(answer, **given).weights(h)


def gradients(answer, h, grad, **given):
    """The gradients of sum(grad * output), for h and for the five parameters."""
    fusion, h = _fusion(answer, **given), h.clone().requires_grad_()
    fusion(h).backward(grad)
    return {"h": h.grad} | {name: parameter.grad for name, parameter in _parameters(fusion).items()}


def new_module(answer, down, up, h):
    """`value.weight` as it starts, whether it has a bias, the output, and how large the first gradients are."""
    fusion = _new(answer, down, up)
    output = fusion(h)
    output[..., 0].sum().backward()
    return {
        "value": fusion.value.weight.detach(),
        "bias": fusion.value.bias is not None,
        "weights": fusion.weights(h).detach(),
        "output": output.detach(),
        "query_gradient": fusion.query.weight.grad.abs().max(),
        "key_gradient": fusion.key.weight.grad.abs().max(),
    }


def what_trains(answer, down, up):
    """How many parameters train: in the adapters, in the three layers, in the whole module."""
    adapters = nn.ModuleList(Adapter(*pair) for pair in zip(down, up, strict=True))
    fusion = answer.AdapterFusion(adapters, down.shape[-1])
    return {
        "adapters": _trained(adapters.parameters()),
        "fusion": _trained(p for layer in _layers(fusion) for p in layer.parameters()),
        "all": _trained(fusion.parameters()),
    }


def input_afterwards(answer, h, **given):
    """What h holds after forward and weights."""
    fusion = _fusion(answer, **given)
    fusion.weights(h)
    fusion(h)
    return h


def _trained(parameters):
    return sum(p.numel() for p in parameters if p.requires_grad)


def _layers(fusion):
    return fusion.query, fusion.key, fusion.value


def _parameters(fusion):
    query, key, value = _layers(fusion)
    return {
        "query": query.weight,
        "key": key.weight,
        "value": value.weight,
        "query_bias": query.bias,
        "key_bias": key.bias,
    }


def _new(answer, down, up):
    adapters = nn.ModuleList(Adapter(*pair) for pair in zip(down, up, strict=True))
    return answer.AdapterFusion(adapters, down.shape[-1]).to(down.device)


def _fusion(answer, down, up, **parameters):
    fusion = _new(answer, down, up)
    with torch.no_grad():
        for name, parameter in _parameters(fusion).items():
            parameter.copy_(parameters[name])
    return fusion
