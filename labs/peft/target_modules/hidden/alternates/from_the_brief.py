# Written from the brief and the starter alone.
"""Which layers of a model get LoRA, what then trains, and what is saved. `LoRALinear` is given; keep it as it is."""

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


def find_targets(model: nn.Module, targets: list[str] | str) -> list[str]:
    """The names of the linear layers that `targets` means: a list of names or ends of names, or "all-linear".

    In the order of `model.named_modules()`. Raises ValueError if there are none.
    """
    linears = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    if targets == "all-linear":
        output = model.get_output_embeddings()
        names = [name for name, module in linears if module is not output]
    else:
        names = [name for name, _ in linears if any(name == t or name.endswith("." + t) for t in targets)]
    if not names:
        raise ValueError(f"no linear layer matches {targets!r}")
    return names


def add_lora(model: nn.Module, targets: list[str] | str, r: int, alpha: float) -> nn.Module:
    """Put a `LoRALinear` in the place of every target and freeze everything but the adapters. Returns the model."""
    names = find_targets(model, targets)
    model.requires_grad_(False)
    for name in names:
        parent_name, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent_name), child, LoRALinear(model.get_submodule(name), r, alpha))
    return model


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """How many parameters of the model train, and how many it has: elements, each parameter once."""
    parameters = list(model.parameters())  # each one once, however many names it has
    return sum(p.numel() for p in parameters if p.requires_grad), sum(p.numel() for p in parameters)


def adapter_state_dict(model: nn.Module) -> dict[str, torch.Tensor]:
    """What has to be saved of a model with LoRA: its adapters alone, under their names in the model."""
    return {
        f"{name}.{key}" if name else key: getattr(module, key).detach().clone()
        for name, module in model.named_modules()
        if isinstance(module, LoRALinear)
        for key in ("lora_A", "lora_B")
    }
