"""AdaLoRA, the reference.

Qingru Zhang et al., "AdaLoRA: Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning", arXiv:2303.10512.
Section 3.1: the update has the form of a singular value decomposition, which is never computed; a
penalty keeps P and Q near orthogonal, and lambda starts at zero:

    W + P Lambda Q        R(P, Q) = ||P^T P - I||_F^2 + ||Q Q^T - I||_F^2

Here lora_B (out, r) is P, lora_E (r, 1) is lambda, lora_A (r, in) is Q, and the update has the factor alpha / r of
LoRA, as in the authors' code and in peft. Section 3.2: a triplet is one lambda with its column of P and row of Q.
Its importance is made of that of its elements, smoothed sensitivity times smoothed uncertainty:

    I = |w * grad|    S = b1 S + (1 - b1) I    U = b2 U + (1 - b2) |I - S|    s = S * U
    score of triplet i = s(lambda_i) + mean of s over P[:, i] + mean of s over Q[i, :]

Section 3.3: the budget of all layers together falls cubically, and the triplets that score lowest lose their lambda.
"""

import torch
from torch import nn


class SVDLinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.lora_A = nn.Linear(base.in_features, r).to(base.weight).weight  # (r, in)
        self.lora_E = nn.Parameter(base.weight.new_zeros(r, 1))
        self.lora_B = nn.Parameter(nn.Linear(base.out_features, r).to(base.weight).weight.T)  # (out, r)
        self.scale = alpha / r

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scaled = self.lora_A * self.lora_E  # (r, in) * (r, 1): row by row
        return self.base(x) + x @ scaled.T @ self.lora_B.T * self.scale  # (..., in) -> (..., r) -> (..., out)


def orthogonality(layers: list[SVDLinear]) -> torch.Tensor:
    return torch.stack([_distance(m) for layer in layers for m in (layer.lora_B.T, layer.lora_A)]).sum()


def _distance(rows: torch.Tensor) -> torch.Tensor:
    gram = rows @ rows.T  # (r, n) @ (n, r) -> (r, r)
    return (gram - torch.eye(len(rows), device=rows.device)).square().sum()


def budget(step: int, initial: int, target: int, tinit: int, tfinal: int, total: int) -> int:
    if tinit + tfinal >= total:
        raise ValueError(f"no step is left between {tinit} and {total} - {tfinal}")
    passed = (step - tinit) / (total - tfinal - tinit)
    left = 1 - min(max(passed, 0), 1)  # all of it up to tinit, nothing in the last tfinal steps
    return int(target + (initial - target) * left**3)


class Importance:
    def __init__(self, layers: list[SVDLinear], beta1: float = 0.85, beta2: float = 0.85) -> None:
        self.parameters = [(layer.lora_E, layer.lora_A, layer.lora_B) for layer in layers]
        self.beta1, self.beta2 = beta1, beta2
        self.sensitivity = [[torch.zeros_like(p) for p in three] for three in self.parameters]
        self.uncertainty = [[torch.zeros_like(p) for p in three] for three in self.parameters]

    @torch.no_grad()
    def update(self) -> None:
        for three, sensitivities, uncertainties in zip(
            self.parameters, self.sensitivity, self.uncertainty, strict=True
        ):
            for parameter, sensitivity, uncertainty in zip(three, sensitivities, uncertainties, strict=True):
                now = (parameter * parameter.grad).abs()
                sensitivity.lerp_(now, 1 - self.beta1)
                uncertainty.lerp_((now - sensitivity).abs(), 1 - self.beta2)  # with what has just been smoothed

    def scores(self) -> list[torch.Tensor]:
        return [
            self._triplets(*(s * u for s, u in zip(three, uncertain, strict=True)))
            for three, uncertain in zip(self.sensitivity, self.uncertainty, strict=True)
        ]

    @staticmethod
    def _triplets(e: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return e[:, 0] + a.mean(dim=1) + b.mean(dim=0)  # (r, 1), (r, in), (out, r) -> (r,)


@torch.no_grad()
def allocate(layers: list[SVDLinear], scores: list[torch.Tensor], keep: int) -> None:
    everything = torch.cat(scores)
    kept = torch.zeros_like(everything, dtype=torch.bool)
    kept[everything.topk(keep).indices] = True  # over all layers together
    for layer, mine in zip(layers, kept.split([len(s) for s in scores]), strict=True):
        # Only lambda: its row and column go on learning, so that the triplet may come back.
        layer.lora_E[~mine] = 0.0
