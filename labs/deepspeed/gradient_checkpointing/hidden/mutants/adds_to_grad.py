# killed-by: functional
# mistake: not-in-the-graph
# The weights are inputs, but their gradients are added to .grad inside.
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
        torch.set_rng_state(ctx.rng_state)
        with torch.enable_grad(), torch.autocast("cpu", **ctx.autocast):
            output = ctx.module(*inputs)
        torch.set_rng_state(now)
        torch.autograd.backward(output, grad)
        grads = [t.grad if torch.is_tensor(t) else None for t in inputs]
        return (None, None, *grads, *(None for _ in ctx.module.parameters()))


def checkpoint(module, *inputs):
    return CheckpointFunction.apply(module, len(inputs), *inputs, *module.parameters())


def run_layers(layers, x, every):
    for i in range(0, len(layers), every):
        x = checkpoint(nn.Sequential(*layers[i : i + every]), x)
    return x


def boundary_bytes(layers, every, batch, length, hidden, bytes_per_value=2):
    return math.ceil(layers / every) * batch * length * hidden * bytes_per_value
