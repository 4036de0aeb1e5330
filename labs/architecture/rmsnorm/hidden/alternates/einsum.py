# The sum of squares as an einsum of x with itself; the weight is rounded to the dtype of x.
import torch
from torch import Tensor, nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        h = x.float()
        sum_of_squares = torch.einsum("...d,...d->...", h, h)
        r = torch.rsqrt(sum_of_squares / h.size(-1) + self.eps)
        return torch.einsum("...d,...->...d", h, r).to(x.dtype) * self.weight.to(x.dtype)
