# Every product as an einsum over named dimensions.
import torch
from torch import Tensor, einsum, nn


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.host = base
        self.host.requires_grad_(False)
        dtype, device = base.weight.dtype, base.weight.device
        self.lora_A = nn.Parameter(torch.rand(r, base.in_features, dtype=dtype, device=device) - 0.5)
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r, dtype=dtype, device=device))
        self.ratio = alpha / r
        self.dropout = nn.Dropout(dropout)
        self._merged = False

    def forward(self, x: Tensor) -> Tensor:
        y = einsum("...i,oi->...o", x, self.host.weight)
        if not self._merged:
            y = y + self.ratio * einsum("...i,ri,or->...o", self.dropout(x), self.lora_A, self.lora_B)
        return y if self.host.bias is None else y + self.host.bias

    def _shift(self, factor: float) -> None:
        with torch.no_grad():
            self.host.weight += factor * einsum("or,ri->oi", self.lora_B, self.lora_A)

    def merge(self) -> None:
        if not self._merged:
            self._shift(self.ratio)
            self._merged = True

    def unmerge(self) -> None:
        if self._merged:
            self._shift(-self.ratio)
            self._merged = False
