# Compares names from their end, and freezes parameter by parameter, by name.
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


def ends_with(name, entry):
    parts, wanted = name.split(".")[::-1], entry.split(".")[::-1]
    return len(wanted) <= len(parts) and all(a == b for a, b in zip(wanted, parts))


def find_targets(model, targets):
    names = [n for n, m in model.named_modules() if isinstance(m, nn.Linear)]
    if targets == "all-linear":
        head = model.get_output_embeddings()
        names = [n for n in names if head is None or model.get_submodule(n) is not head]
    else:
        names = [n for n in names if [e for e in targets if ends_with(n, e)]]
    if len(names) == 0:
        raise ValueError("nothing to adapt")
    return names


def add_lora(model, targets, r, alpha):
    names = find_targets(model, targets)
    for n in names:
        model.set_submodule(n, LoRALinear(model.get_submodule(n), r=r, alpha=alpha))
    adapters = {f"{n}.{k}" for n in names for k in ("lora_A", "lora_B")}
    for n, p in model.named_parameters():
        p.requires_grad = n in adapters
    return model


def count_parameters(model):
    parameters = set(model.parameters())
    return sum(p.numel() for p in parameters if p.requires_grad), sum(p.numel() for p in parameters)


def adapter_state_dict(model):
    layers = {n for n, m in model.named_modules() if isinstance(m, LoRALinear)}
    return {k: p.data for k, p in model.named_parameters() if k.rpartition(".")[0] in layers}
