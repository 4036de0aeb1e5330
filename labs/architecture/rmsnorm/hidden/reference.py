"""RMSNorm, the reference.

Biao Zhang and Rico Sennrich, "Root Mean Square Layer Normalization", arXiv:1910.07467, section 4,
equation 4. The paper has no eps; where it stands is the convention of the Llama models (LlamaRMSNorm in transformers):

    y_i = weight_i * x_i / sqrt(mean_j(x_j^2) + eps)        i, j over the last dimension

No mean is subtracted and there is no bias: that is the whole difference from LayerNorm.
"""

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # float16 squares overflow from 256 on and vanish below 1.7e-4, so the sums are taken in float32 at least.
        wide = x.to(torch.promote_types(x.dtype, torch.float32))  # (..., dim)
        mean_square = wide.square().mean(dim=-1, keepdim=True)  # (..., 1): one statistic a row
        normed = wide * torch.rsqrt(mean_square + self.eps)  # (..., dim)
        # Weight first, then one rounding to the dtype of x. Llama rounds before the weight: half an eps more.
        return (self.weight * normed).to(x.dtype)  # (dim,) * (..., dim)
