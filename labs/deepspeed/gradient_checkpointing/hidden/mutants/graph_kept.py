# killed-by: memory
# mistake: activations-kept
# Makes the graph in the first run and keeps it for the backward pass.
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
        ctx.detached = [t.detach().requires_grad_(t.requires_grad) if torch.is_tensor(t) else t for t in ctx.inputs]
        with torch.enable_grad():
            ctx.output = module(*ctx.detached)
        return ctx.output.detach()

    @staticmethod
    def backward(ctx, grad):
        inputs, output = ctx.detached, ctx.output
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
