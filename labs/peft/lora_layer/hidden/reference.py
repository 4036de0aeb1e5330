"""LoRA over a linear layer, the reference.

Edward Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685, section 4.1, equation 3.
The base weight W is frozen, and the update of rank r beside it is trained:

    h = W x + (alpha / r) B A x        W (out, in), A (r, in), B (out, r)

B starts at zero, so that a new layer computes what its base does; A does not, or neither would ever get a gradient.
The paper draws A from a Gaussian; loralib and peft draw it as `nn.Linear` draws its weight, and so does this.
Dropout, where there is any, acts on what goes into A: the base always sees x itself.
"""

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)  # weight and bias
        # Both parameters have the dtype and the device of the base's weight.
        self.lora_A = nn.Linear(base.in_features, r).to(base.weight).weight  # (r, in)
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        self.dropout = nn.Dropout(dropout)
        self.scale = alpha / r
        self.merged = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.base(x)  # (..., out)
        if self.merged:
            return y
        low_rank = self.dropout(x) @ self.lora_A.T  # (..., in) @ (in, r) -> (..., r)
        return y + (low_rank @ self.lora_B.T) * self.scale  # (..., r) @ (r, out) -> (..., out)

    @torch.no_grad()  # otherwise the base's weight would become part of the graph
    def merge(self) -> None:
        if not self.merged:
            self.base.weight += self._update()
            self.merged = True

    @torch.no_grad()
    def unmerge(self) -> None:
        if self.merged:
            self.base.weight -= self._update()
            self.merged = False

    def _update(self) -> torch.Tensor:
        return (self.lora_B @ self.lora_A) * self.scale  # (out, r) @ (r, in) -> (out, in)
