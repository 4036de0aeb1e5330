"""(IA)^3 over a linear layer, the reference.

Haokun Liu et al., "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning",
arXiv:2205.05638, section 3.3: the model is frozen, and learned vectors scale keys, values and the inner activations
of the feed-forward network, element by element:

    softmax(Q (l_k * K^T) / sqrt(d)) (l_v * V)        (l_ff * activation(W_1 x)) W_2

As a linear layer sees it, l_k and l_v scale the output of the key and value projections, bias included; l_ff scales
the input of the second linear layer of the feed-forward network, whose bias it does not reach:

    y = l * (W x + b)        y = W (l * x) + b        W (out, in), l (out,) or (in,)

The vectors start at one. Either product can be folded into the weight. It cannot always be divided out again: an
element of l may have become zero, and in half precision the merged weight has been rounded. So a copy is kept.
"""

import torch
from torch import nn


class IA3Linear(nn.Module):
    def __init__(self, base: nn.Linear, feedforward: bool = False) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)  # weight and bias
        self.feedforward = feedforward
        size = base.in_features if feedforward else base.out_features
        # In float32 whatever the base is in: near one, steps of less than 1/256 are lost in bfloat16.
        self.ia3_l = nn.Parameter(torch.ones(size, device=base.weight.device))
        self.before_merge: dict[str, torch.Tensor] | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.before_merge is not None:
            return self.base(x)
        if self.feedforward:
            return self.base(self._scaled(x))  # (..., in) * (in,) -> (..., in) -> (..., out)
        return self._scaled(self.base(x))  # (..., in) -> (..., out) * (out,)

    @torch.no_grad()  # otherwise the base would become part of the graph
    def merge(self) -> None:
        if self.before_merge is not None:
            return
        self.before_merge = {name: p.clone() for name, p in self.base.named_parameters()}
        if self.feedforward:
            self.base.weight.copy_(self._scaled(self.base.weight))  # (out, in) * (in,): column by column
        else:
            self.base.weight.copy_(self._scaled(self.base.weight.T).T)  # (in, out) * (out,): row by row of the weight
            if self.base.bias is not None:
                self.base.bias.copy_(self._scaled(self.base.bias))

    @torch.no_grad()
    def unmerge(self) -> None:
        if self.before_merge is not None:
            self.base.load_state_dict(self.before_merge)
            self.before_merge = None

    def _scaled(self, values: torch.Tensor) -> torch.Tensor:
        """values times the vector along the last dimension, in the dtype of the values."""
        return (values * self.ia3_l).to(values.dtype)
