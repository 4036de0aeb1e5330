# Written from the brief and the starter alone.
"""NF4: four bits a weight in blocks with a scale each, and the scales quantised in turn."""

import math
from statistics import NormalDist

import torch
from torch.nn import functional as F

OFFSET = 0.9677083
ZERO = 7


def nf4_table() -> torch.Tensor:
    """The sixteen values of NF4 in ascending order: (16,) float32."""
    q = NormalDist().inv_cdf
    above = [q(OFFSET + (0.5 - OFFSET) * i / 8) for i in range(8)]
    below = [-q(OFFSET + (0.5 - OFFSET) * i / 7) for i in range(7)]
    values = sorted([*below, 0.0, *above])
    return torch.tensor([v / values[-1] for v in values], dtype=torch.float64).float()


def _blocks(flat: torch.Tensor, block: int) -> torch.Tensor:
    """(n,) as (ceil(n / block), block), filled up with zeros."""
    return F.pad(flat, (0, -flat.numel() % block)).view(-1, block)


def quantize(weight: torch.Tensor, block: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    """Packed codes (ceil(n / 2),) uint8 and the largest absolute value of each block (ceil(n / block),) float32."""
    flat = weight.detach().reshape(-1).float()
    n = flat.numel()
    rows = _blocks(flat, block)
    absmax = rows.abs().amax(dim=1)
    divisor = torch.where(absmax > 0, absmax, torch.ones_like(absmax))
    table = nf4_table().to(flat.device)
    middles = (table[1:] + table[:-1]) / 2
    codes = torch.bucketize(rows / divisor[:, None], middles).reshape(-1)[:n]
    codes = F.pad(codes, (0, n % 2), value=ZERO).to(torch.uint8)
    return (codes[0::2] << 4) | codes[1::2], absmax


def dequantize(
    packed: torch.Tensor, absmax: torch.Tensor, shape: tuple[int, ...], dtype: torch.dtype, block: int = 64
) -> torch.Tensor:
    """The weight of this shape and dtype."""
    n = math.prod(shape)
    codes = torch.stack((packed >> 4, packed & 15), dim=1).reshape(-1)[:n]
    values = nf4_table().to(packed.device)[codes.long()]
    scales = absmax.float().repeat_interleave(block)[:n]
    return (values * scales).to(dtype).reshape(shape)


def quantize_scales(absmax: torch.Tensor, block: int = 256) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes (m,) int8, the scale of each block of them (ceil(m / block),) float32, and the mean, () float32."""
    mean = absmax.double().mean().float()
    rows = _blocks(absmax - mean, block)
    scales = rows.abs().amax(dim=1) / 127
    divisor = torch.where(scales > 0, scales, torch.ones_like(scales))
    codes = torch.round(rows / divisor[:, None]).clamp(-127, 127)
    return codes.reshape(-1)[: absmax.numel()].to(torch.int8), scales, mean


def dequantize_scales(codes: torch.Tensor, scales: torch.Tensor, mean: torch.Tensor, block: int = 256) -> torch.Tensor:
    """The scales again: (m,) float32."""
    return codes.float() * scales.repeat_interleave(block)[: codes.numel()] + mean


def bits_per_weight(block: int = 64, scale_block: int | None = None) -> float:
    """Bits for each weight, scales included; with `scale_block`, for scales quantised in turn."""
    scale_bits = 32.0 if scale_block is None else 8 + 32 / scale_block
    return 4 + scale_bits / block
