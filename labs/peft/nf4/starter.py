"""NF4: four bits a weight in blocks with a scale each, and the scales quantised in turn."""

import torch


def nf4_table() -> torch.Tensor:
    """The sixteen values of NF4 in ascending order: (16,) float32."""
    raise NotImplementedError("TODO: nf4_table")


def quantize(weight: torch.Tensor, block: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    """Packed codes (ceil(n / 2),) uint8 and the largest absolute value of each block (ceil(n / block),) float32."""
    raise NotImplementedError("TODO: quantize")


def dequantize(
    packed: torch.Tensor, absmax: torch.Tensor, shape: tuple[int, ...], dtype: torch.dtype, block: int = 64
) -> torch.Tensor:
    """The weight of this shape and dtype."""
    raise NotImplementedError("TODO: dequantize")


def quantize_scales(absmax: torch.Tensor, block: int = 256) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes (m,) int8, the scale of each block of them (ceil(m / block),) float32, and the mean, () float32."""
    raise NotImplementedError("TODO: quantize_scales")


def dequantize_scales(codes: torch.Tensor, scales: torch.Tensor, mean: torch.Tensor, block: int = 256) -> torch.Tensor:
    """The scales again: (m,) float32."""
    raise NotImplementedError("TODO: dequantize_scales")


def bits_per_weight(block: int = 64, scale_block: int | None = None) -> float:
    """Bits for each weight, scales included; with `scale_block`, for scales quantised in turn."""
    raise NotImplementedError("TODO: bits_per_weight")
