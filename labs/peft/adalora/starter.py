"""AdaLoRA: updates of the form P Lambda Q, and a budget of rank that goes where it matters."""

import torch
from torch import nn


class SVDLinear(nn.Module):
    """A frozen linear layer with the update B diag(E) A beside it."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        # TODO: freeze the base; the parameters `lora_A` (r, in), `lora_E` (r, 1) and `lora_B` (out, r).

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., in), in the dtype of the base. Returns (..., out) in the same dtype."""
        raise NotImplementedError("TODO: forward")


def orthogonality(layers: list[SVDLinear]) -> torch.Tensor:
    """How far A and B of all layers are from orthogonal: a scalar with a gradient."""
    raise NotImplementedError("TODO: orthogonality")


def budget(step: int, initial: int, target: int, tinit: int, tfinal: int, total: int) -> int:
    """How many triplets may stay at a step. ValueError if tinit + tfinal leave no step between them."""
    raise NotImplementedError("TODO: budget")


class Importance:
    """Smoothed sensitivity and uncertainty of every parameter of the layers' updates."""

    def __init__(self, layers: list[SVDLinear], beta1: float = 0.85, beta2: float = 0.85) -> None:
        raise NotImplementedError("TODO: Importance")

    def update(self) -> None:
        """Take in the present parameters and their gradients."""
        raise NotImplementedError("TODO: update")

    def scores(self) -> list[torch.Tensor]:
        """For each layer the scores (r,) of its triplets."""
        raise NotImplementedError("TODO: scores")


def allocate(layers: list[SVDLinear], scores: list[torch.Tensor], keep: int) -> None:
    """Set lora_E to zero for all triplets but the `keep` with the highest scores."""
    raise NotImplementedError("TODO: allocate")
