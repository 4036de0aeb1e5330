# Walks the tree of modules by hand, with the path as a tuple of parts, and replaces a layer where it is met.
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


def _walk(module, path=(), seen=None):
    seen = set() if seen is None else seen
    for name, child in module.named_children():
        if id(child) in seen:
            continue
        seen.add(id(child))
        yield path + (name,), module, child
        yield from _walk(child, path + (name,), seen)


def _found(model, targets):
    head = model.get_output_embeddings() if targets == "all-linear" else None
    entries = [] if targets == "all-linear" else [tuple(t.split(".")) for t in targets]
    hits = []
    for path, parent, child in _walk(model):
        if not isinstance(child, nn.Linear):
            continue
        if targets == "all-linear":
            hit = child is not head
        else:
            hit = any(path[-len(e):] == e for e in entries)
        if hit:
            hits.append((path, parent, child))
    if not hits:
        raise ValueError(targets)
    return hits


def find_targets(model, targets):
    return [".".join(path) for path, _, _ in _found(model, targets)]


def add_lora(model, targets, r, alpha):
    hits = _found(model, targets)
    model.requires_grad_(False)
    for path, parent, child in hits:
        parent.add_module(path[-1], LoRALinear(child, r, alpha))
    return model


def count_parameters(model):
    unique = {p.data_ptr(): p for p in model.parameters() if p.numel()}
    sizes = torch.tensor([[p.numel() * p.requires_grad, p.numel()] for p in unique.values()])
    return tuple(sizes.sum(dim=0).tolist())


def adapter_state_dict(model):
    result = {}
    for path, _, child in _walk(model):
        if isinstance(child, LoRALinear):
            for name, p in child.named_parameters(recurse=False):
                result[".".join(path + (name,))] = p.detach().clone()
    return result
