"""DoRA over a linear layer, the reference.

Shih-Yang Liu et al., "DoRA: Weight-Decomposed Low-Rank Adaptation", arXiv:2402.09353, section 4.1, equation 5: the
weight is split into a length and a direction. LoRA's update turns the direction, the length m is trained by itself:

    V = W + (alpha / r) B A        W' = m * V / ||V||        W, V (out, in), m (out,)

The paper takes the norm of each column of its matrices. Its authors' code, like peft, has one norm for each output,
and that is a row of the weight of `nn.Linear`. m starts as the norms of W and B at zero, so W' = W in a new layer.

Section 4.3: ||V|| follows V, but is a constant to the backward pass. That saves memory and hardly changes the result.
"""

import torch
from torch import nn


class DoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)  # weight and bias
        self.lora_A = nn.Linear(base.in_features, r).to(base.weight).weight  # (r, in), drawn as a layer draws its own
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        self.magnitude = nn.Parameter(_row_norms(base.weight))
        self.scale = alpha / r
        self.before_merge: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.before_merge is not None:
            return self.base(x)
        with torch.no_grad():  # a constant to the backward pass
            norms = _row_norms(self._updated())
        factor = self.magnitude / norms  # (out,)
        update = x @ self.lora_A.T @ self.lora_B.T * self.scale  # (..., in) -> (..., r) -> (..., out)
        y = factor * (x @ self.base.weight.T + update)
        return y if self.base.bias is None else y + self.base.bias  # the bias has no direction: it is not scaled

    @torch.no_grad()
    def merge(self) -> None:
        if self.before_merge is None:
            self.before_merge = self.base.weight.clone()
            updated = self._updated()
            self.base.weight.copy_((self.magnitude / _row_norms(updated))[:, None] * updated)

    @torch.no_grad()
    def unmerge(self) -> None:
        if self.before_merge is not None:
            self.base.weight.copy_(self.before_merge)
            self.before_merge = None

    def _updated(self) -> torch.Tensor:
        """V = W + (alpha / r) B A: (out, in)."""
        return self.base.weight + self.lora_B @ self.lora_A * self.scale  # (out, r) @ (r, in)


def _row_norms(weight: torch.Tensor) -> torch.Tensor:
    # norm() sums in float32 also in half precision: squares of elements from 256 on overflow in float16.
    return weight.norm(dim=1)  # (out, in) -> (out,)
