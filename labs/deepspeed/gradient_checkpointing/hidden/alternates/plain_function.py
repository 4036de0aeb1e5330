# A function class made for each call; gradients by torch.autograd.backward on copies of everything.
import torch
from torch import nn


def _rng(state=None):
    before = torch.default_generator.get_state()
    if state is not None:
        torch.default_generator.set_state(state)
    return before


def checkpoint(module, *inputs):
    weights = tuple(module.parameters())
    if not torch.is_grad_enabled() or not any(getattr(t, "requires_grad", False) for t in inputs + weights):
        return module(*inputs)
    started = _rng()
    cast = (torch.get_autocast_dtype("cpu"), torch.is_autocast_enabled("cpu"))

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *everything):
            return module(*everything[: len(inputs)])

        @staticmethod
        def backward(ctx, grad):
            wants = ctx.needs_input_grad
            copies = [t.detach().clone() if isinstance(t, torch.Tensor) else t for t in inputs]
            for copy, want in zip(copies, wants):
                if want:
                    copy.requires_grad_()
            present = _rng(started)
            with torch.enable_grad(), torch.autocast("cpu", *cast):
                output = module(*copies)
            _rng(present)
            sources = [*copies, *weights]
            found = [None] * len(sources)
            indices = [i for i, want in enumerate(wants) if want]
            gradients = torch.autograd.grad([output], [sources[i] for i in indices], [grad], allow_unused=True)
            for i, g in zip(indices, gradients):
                found[i] = g
            return tuple(found)

    return Function.apply(*inputs, *weights)


def run_layers(layers, x, every):
    if len(layers) <= every:
        return checkpoint(nn.Sequential(*layers), x)
    return run_layers(layers[every:], checkpoint(nn.Sequential(*layers[:every]), x), every)


def boundary_bytes(layers, every, batch, length, hidden, bytes_per_value=2):
    full, rest = divmod(layers, every)
    return (full + bool(rest)) * batch * length * hidden * bytes_per_value
