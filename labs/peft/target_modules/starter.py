"""Which layers of a model get LoRA, what then trains, and what is saved. `LoRALinear` is given; keep it as it is."""

import torch
from torch import nn


class LoRALinear(nn.Module):
    """A linear layer with a low-rank update: base(x) + (alpha / r) * x A^T B^T. It freezes nothing."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.lora_A = nn.Linear(base.in_features, r).to(base.weight).weight  # (r, in), drawn as a layer draws its own
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in). Returns (..., out)."""
        return self.base(x) + (x @ self.lora_A.T @ self.lora_B.T) * self.scale


def find_targets(model: nn.Module, targets: list[str] | str) -> list[str]:
    """The names of the linear layers that `targets` means: a list of names or ends of names, or "all-linear".

    In the order of `model.named_modules()`. Raises ValueError if there are none.
    """
    raise NotImplementedError("TODO: find_targets")


def add_lora(model: nn.Module, targets: list[str] | str, r: int, alpha: float) -> nn.Module:
    """Put a `LoRALinear` in the place of every target and freeze everything but the adapters. Returns the model."""
    raise NotImplementedError("TODO: add_lora")


def count_parameters(model: nn.Module) -> tuple[int, int]:
    """How many parameters of the model train, and how many it has: elements, each parameter once."""
    raise NotImplementedError("TODO: count_parameters")


def adapter_state_dict(model: nn.Module) -> dict[str, torch.Tensor]:
    """What has to be saved of a model with LoRA: its adapters alone, under their names in the model."""
    raise NotImplementedError("TODO: adapter_state_dict")
