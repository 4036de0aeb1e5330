# Written from the brief and the starter alone.
"""Gradient checkpointing: forget what is inside a module, and compute it again in the backward pass."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def _modes(modes: dict[nn.Module, bool]) -> Iterator[None]:
    """Put every module into the given mode, and back afterwards."""
    before = {module: module.training for module in modes}
    try:
        for module, mode in modes.items():
            module.training = mode
        yield
    finally:
        for module, mode in before.items():
            module.training = mode


class _Recompute(torch.autograd.Function):
    """The weights are arguments too: the output then needs a gradient where they do, even behind frozen inputs."""

    @staticmethod
    def forward(ctx, module, count, *args):
        inputs = args[:count]
        ctx.module, ctx.count, ctx.weights = module, count, args[count:]
        ctx.modes = {m: m.training for m in module.modules()}
        ctx.autocast = {
            "device_type": "cpu",
            "enabled": torch.is_autocast_enabled("cpu"),
            "dtype": torch.get_autocast_dtype("cpu"),
            # So that neither run takes a cast weight from the other, or from outside: one of them has no graph.
            "cache_enabled": False,
        }
        ctx.where = [i for i, arg in enumerate(args) if isinstance(arg, torch.Tensor)]
        ctx.others = [None if isinstance(arg, torch.Tensor) else arg for arg in args]
        # The weights with them, so that autograd notices if one is changed in place before the backward pass.
        ctx.save_for_backward(*(args[i] for i in ctx.where))
        ctx.rng = torch.get_rng_state()
        with torch.autocast(**ctx.autocast):
            return module(*inputs)

    @staticmethod
    def backward(ctx, grad_output):
        args = list(ctx.others)
        for i, tensor in zip(ctx.where, ctx.saved_tensors, strict=True):
            args[i] = tensor
        args[ctx.count :] = ctx.weights  # the parameters themselves, whatever a hook made of what was saved
        needs = ctx.needs_input_grad[2:]
        for i in range(ctx.count):
            if isinstance(args[i], torch.Tensor):
                args[i] = args[i].detach().requires_grad_(needs[i])
        with (
            torch.random.fork_rng(devices=[]),
            _modes(ctx.modes),
            torch.enable_grad(),
            torch.autocast(**ctx.autocast),
        ):
            torch.set_rng_state(ctx.rng)
            output = ctx.module(*args[: ctx.count])
        grads = [None] * len(args)
        wanted = [i for i, need in enumerate(needs) if need]
        if output.requires_grad and wanted:
            found = torch.autograd.grad(output, [args[i] for i in wanted], grad_output, allow_unused=True)
            for i, grad in zip(wanted, found, strict=True):
                grads[i] = grad
        return None, None, *grads


def checkpoint(module: nn.Module, *inputs: object) -> torch.Tensor:
    """`module(*inputs)`, a tensor, of which nothing but the inputs is kept for the backward pass."""
    if not torch.is_grad_enabled():
        return module(*inputs)
    weights = [p for p in module.parameters() if p.requires_grad]
    return _Recompute.apply(module, len(inputs), *inputs, *weights)


def run_layers(layers: Sequence[nn.Module], x: torch.Tensor, every: int) -> torch.Tensor:
    """x through all layers, checkpointed in groups of `every`; the last group may be smaller."""
    for start in range(0, len(layers), every):
        x = checkpoint(nn.Sequential(*layers[start : start + every]), x)
    return x


def boundary_bytes(layers: int, every: int, batch: int, length: int, hidden: int, bytes_per_value: int = 2) -> int:
    """The bytes of the inputs of all groups, which are what `run_layers` keeps."""
    groups = -(-layers // every)
    return groups * batch * length * hidden * bytes_per_value
