# The module as a function of its weights, which are given to it anew in the second run.
import torch
from torch import nn
from torch.func import functional_call


class _Again(torch.autograd.Function):
    @staticmethod
    def forward(ctx, call, *tensors):
        ctx.call, ctx.state = call, torch.random.get_rng_state()
        ctx.cast = torch.autocast("cpu", torch.get_autocast_dtype("cpu"), torch.is_autocast_enabled("cpu"))
        ctx.save_for_backward(*tensors)
        return call(*tensors)

    @staticmethod
    def backward(ctx, grad):
        needed = ctx.needs_input_grad[1:]
        leaves = [t.detach().requires_grad_(n) for t, n in zip(ctx.saved_tensors, needed)]
        with torch.random.fork_rng(devices=[]), torch.enable_grad(), ctx.cast:
            torch.random.set_rng_state(ctx.state)
            output = ctx.call(*leaves)
        found = dict(
            zip(
                [i for i, n in enumerate(needed) if n],
                torch.autograd.grad(output, [t for t, n in zip(leaves, needed) if n], grad, allow_unused=True),
            )
        )
        return (None, *(found.get(i) for i in range(len(leaves))))


def checkpoint(module, *inputs):
    names = [name for name, _ in module.named_parameters()]
    places = [i for i, value in enumerate(inputs) if isinstance(value, torch.Tensor)]

    def call(*tensors):
        arguments = list(inputs)
        for place, tensor in zip(places, tensors):
            arguments[place] = tensor
        weights = dict(zip(names, tensors[len(places) :]))
        return functional_call(module, weights, tuple(arguments))

    return _Again.apply(call, *(inputs[i] for i in places), *module.parameters())


def run_layers(layers, x, every):
    rest = list(layers)
    while rest:
        x = checkpoint(nn.Sequential(*rest[:every]), x)
        rest = rest[every:]
    return x


def boundary_bytes(layers, every, batch, length, hidden, bytes_per_value=2):
    groups = (layers + every - 1) // every
    return groups * (batch * length * hidden) * bytes_per_value
