# Written from the brief and the starter alone.
"""AdaLoRA: updates of the form P Lambda Q, and a budget of rank that goes where it matters."""

import torch
import torch.nn.functional as F
from torch import nn


class SVDLinear(nn.Module):
    """A frozen linear layer with the update B diag(E) A beside it."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.scaling = alpha / r
        like = {"dtype": base.weight.dtype, "device": base.weight.device}
        self.lora_A = nn.Parameter(torch.empty(r, base.in_features, **like).normal_(0, 0.02))
        self.lora_E = nn.Parameter(torch.zeros(r, 1, **like))
        self.lora_B = nn.Parameter(torch.empty(base.out_features, r, **like).normal_(0, 0.02))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        inner = F.linear(x, self.lora_A) * self.lora_E.squeeze(-1)
        return self.base(x) + self.scaling * F.linear(inner, self.lora_B)


def orthogonality(layers: list[SVDLinear]) -> torch.Tensor:
    """How far A and B of all layers are from orthogonal: a scalar with a gradient."""
    total = 0.0
    for layer in layers:
        a, b = layer.lora_A, layer.lora_B
        eye = torch.eye(a.shape[0], dtype=a.dtype, device=a.device)
        total = total + (b.T @ b - eye).square().sum() + (a @ a.T - eye).square().sum()
    return total


def budget(step: int, initial: int, target: int, tinit: int, tfinal: int, total: int) -> int:
    """How many triplets may stay at a step. ValueError if tinit + tfinal leave no step between them."""
    if tinit + tfinal >= total:
        raise ValueError("tinit + tfinal must be below total")
    if step <= tinit:
        return initial
    if step >= total - tfinal:
        return target
    span = total - tfinal - tinit
    left = total - tfinal - step
    return target + (initial - target) * left**3 // span**3  # whole numbers: the floor is exact


class Importance:
    """Smoothed sensitivity and uncertainty of every parameter of the layers' updates."""

    def __init__(self, layers: list[SVDLinear], beta1: float = 0.85, beta2: float = 0.85) -> None:
        self.beta1, self.beta2 = beta1, beta2
        self.params = [(layer.lora_E, layer.lora_A, layer.lora_B) for layer in layers]
        self.s = [[torch.zeros_like(p, requires_grad=False) for p in triple] for triple in self.params]
        self.u = [[torch.zeros_like(p, requires_grad=False) for p in triple] for triple in self.params]

    @torch.no_grad()
    def update(self) -> None:
        """Take in the present parameters and their gradients."""
        for params, ss, us in zip(self.params, self.s, self.u):
            for p, s, u in zip(params, ss, us):
                now = torch.zeros_like(p) if p.grad is None else (p * p.grad).abs()
                s.mul_(self.beta1).add_(now, alpha=1 - self.beta1)
                u.mul_(self.beta2).add_((now - s).abs(), alpha=1 - self.beta2)

    @torch.no_grad()
    def scores(self) -> list[torch.Tensor]:
        """For each layer the scores (r,) of its triplets."""
        result = []
        for ss, us in zip(self.s, self.u):
            e, a, b = (s * u for s, u in zip(ss, us))
            result.append(e.squeeze(-1) + a.mean(dim=1) + b.mean(dim=0))
        return result


@torch.no_grad()
def allocate(layers: list[SVDLinear], scores: list[torch.Tensor], keep: int) -> None:
    """Set lora_E to zero for all triplets but the `keep` with the highest scores."""
    flat = torch.cat(scores)
    kept = torch.zeros_like(flat, dtype=torch.bool)
    kept[flat.topk(keep).indices] = True
    for layer, mask in zip(layers, kept.split([len(s) for s in scores])):
        layer.lora_E.masked_fill_(~mask[:, None], 0.0)
