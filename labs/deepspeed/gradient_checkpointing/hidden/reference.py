"""Gradient checkpointing, the reference.

Tianqi Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv:1604.06174, section 4: of a segment only the
input is kept, and the backward pass computes the segment a second time. With segments of sqrt(n) of n layers the
memory for activations grows with sqrt(n), for one more forward pass.

The module's weights are arguments of the autograd function beside its inputs. Were they not, a segment whose inputs
need no gradient (behind frozen embeddings, say) would be cut out of the graph, and its weights would never learn.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


class _Checkpoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, module: nn.Module, count: int, *arguments: object) -> torch.Tensor:
        ctx.module, ctx.count = module, count
        ctx.others = [None if isinstance(a, torch.Tensor) else a for a in arguments[:count]]
        ctx.save_for_backward(*(a if isinstance(a, torch.Tensor) else None for a in arguments[:count]))
        ctx.random_state = torch.get_rng_state()  # what dropout is about to draw from
        ctx.autocast = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")
        return module(*arguments[:count])  # gradients are off in here: nothing inside is kept

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        needed = ctx.needs_input_grad[2 : 2 + ctx.count]
        inputs = [
            other if saved is None else saved.detach().requires_grad_(need)
            for saved, other, need in zip(ctx.saved_tensors, ctx.others, needed, strict=True)
        ]
        enabled, dtype = ctx.autocast
        # fork_rng puts the generator back where the backward pass found it.
        with torch.random.fork_rng(), torch.enable_grad(), torch.autocast("cpu", dtype, enabled=enabled):
            torch.set_rng_state(ctx.random_state)
            output = ctx.module(*inputs)
        wanted = [*inputs, *ctx.module.parameters()]
        places = [i for i, tensor in enumerate(wanted) if ctx.needs_input_grad[2 + i]]
        found = torch.autograd.grad(output, [wanted[i] for i in places], grad, allow_unused=True)
        gradients: list[torch.Tensor | None] = [None] * len(wanted)
        for place, gradient in zip(places, found, strict=True):
            gradients[place] = gradient
        return None, None, *gradients


def checkpoint(module: nn.Module, *inputs: object) -> torch.Tensor:
    return _Checkpoint.apply(module, len(inputs), *inputs, *module.parameters())


def run_layers(layers: Sequence[nn.Module], x: torch.Tensor, every: int) -> torch.Tensor:
    for start in range(0, len(layers), every):
        x = checkpoint(nn.Sequential(*layers[start : start + every]), x)
    return x


def boundary_bytes(layers: int, every: int, batch: int, length: int, hidden: int, bytes_per_value: int = 2) -> int:
    groups = -(-layers // every)  # rounded up: the last may be smaller
    return groups * batch * length * hidden * bytes_per_value
