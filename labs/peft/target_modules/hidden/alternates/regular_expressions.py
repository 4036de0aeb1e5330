# One compiled pattern for all entries; parameters sorted out by tensor, state taken from state_dict.
import re
import math

import torch
from torch import nn


class LoRALinear(nn.Module):
    """A linear layer with a low-rank update: base(x) + (alpha / r) * x A^T B^T. It freezes nothing."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.lora_A = nn.Parameter(base.weight.new_empty(r, base.in_features))
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scale = alpha / r

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in). Returns (..., out)."""
        return self.base(x) + (x @ self.lora_A.T @ self.lora_B.T) * self.scale


def _pattern(entries):
    return re.compile(r"(?:.*\.)?(?:" + "|".join(map(re.escape, entries)) + r")")


def find_targets(model, targets):
    modules = dict(model.named_modules())
    if isinstance(targets, str):
        excluded = {id(model.get_output_embeddings())}
        keep = lambda name: id(modules[name]) not in excluded
    else:
        keep = _pattern(targets).fullmatch
    result = [name for name in modules if type(modules[name]) is nn.Linear and keep(name)]
    if result:
        return result
    raise ValueError("Target modules not found")


def add_lora(model, targets, r, alpha):
    for name in find_targets(model, targets):
        path = name.split(".")
        owner = model
        for part in path[:-1]:
            owner = getattr(owner, part)
        owner._modules[path[-1]] = LoRALinear(owner._modules[path[-1]], r, alpha)
    adapters = {id(p) for m in model.modules() if isinstance(m, LoRALinear) for p in (m.lora_A, m.lora_B)}
    for p in model.parameters():
        p.requires_grad_(id(p) in adapters)
    return model


def count_parameters(model):
    trains = total = 0
    for _, p in model.named_parameters():
        total += p.numel()
        trains += p.numel() * p.requires_grad
    return trains, total


def adapter_state_dict(model):
    return {k: v for k, v in model.state_dict().items() if k.split(".")[-1] in ("lora_A", "lora_B")}
