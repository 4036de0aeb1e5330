# killed-by: dropout
# mistake: other-dropout
# The second run draws new random numbers.
import math

import torch
from torch import nn


class CheckpointFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, module, n, *args):
        ctx.module = module
        ctx.n = n
        ctx.inputs = args[:n]
        ctx.rng_state = torch.get_rng_state()
        ctx.autocast = {"enabled": torch.is_autocast_enabled("cpu"), "dtype": torch.get_autocast_dtype("cpu")}
        with torch.no_grad():
            return module(*ctx.inputs)

    @staticmethod
    def backward(ctx, grad):
        inputs = []
        for value in ctx.inputs:
            if torch.is_tensor(value):
                needs = value.requires_grad
                value = value.detach()
                value.requires_grad = needs
            inputs.append(value)
        now = torch.get_rng_state()
        with torch.enable_grad(), torch.autocast("cpu", **ctx.autocast):
            output = ctx.module(*inputs)
        torch.set_rng_state(now)
        everything = inputs + list(ctx.module.parameters())
        wanted = [t for t in everything if torch.is_tensor(t) and t.requires_grad]
        grads = iter(torch.autograd.grad(output, wanted, grad, allow_unused=True))
        result = [next(grads) if torch.is_tensor(t) and t.requires_grad else None for t in everything]
        return (None, None, *result)


def checkpoint(module, *inputs):
    return CheckpointFunction.apply(module, len(inputs), *inputs, *module.parameters())


def run_layers(layers, x, every):
    for i in range(0, len(layers), every):
        x = checkpoint(nn.Sequential(*layers[i : i + every]), x)
    return x


def boundary_bytes(layers, every, batch, length, hidden, bytes_per_value=2):
    return math.ceil(layers / every) * batch * length * hidden * bytes_per_value
