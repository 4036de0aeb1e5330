# killed-by: all-linear
# mistake: head-by-convention
# Leaves the output layer in.
import math

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.lora_A = nn.Parameter(base.weight.new_empty(r, base.in_features))
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scale = alpha / r

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x) + (x @ self.lora_A.T @ self.lora_B.T) * self.scale


def matches(name, entry):
    return name == entry or name.endswith("." + entry)


def find_targets(model, targets):
    names = []
    for name, module in model.named_modules():
        if not isinstance(module, nn.Linear):
            continue
        if targets == "all-linear":
            names.append(name)
        elif any(matches(name, entry) for entry in targets):
            names.append(name)
    if not names:
        raise ValueError(f"{targets} not found in the model")
    return names


def add_lora(model, targets, r, alpha):
    names = find_targets(model, targets)
    for p in model.parameters():
        p.requires_grad = False
    for name in names:
        parent, _, last = name.rpartition(".")
        parent = model.get_submodule(parent)
        setattr(parent, last, LoRALinear(getattr(parent, last), r, alpha))
    return model


def count_parameters(model):
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    total = sum(p.numel() for p in model.parameters())
    return trainable, total


def adapter_state_dict(model):
    state = {}
    for name, module in model.named_modules():
        if isinstance(module, LoRALinear):
            state[name + ".lora_A"] = module.lora_A.detach()
            state[name + ".lora_B"] = module.lora_B.detach()
    return state
