"""NF4 and double quantisation, the reference.

Tim Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", arXiv:2305.14314, section 3. The values of NF4
are quantiles of a normal distribution, eight above zero and seven below it, with zero itself between them, scaled to
[-1, 1]; bitsandbytes takes them from probabilities that run evenly from 0.9677083 to 0.5:

    offset = 1 - (1/30 + 1/32) / 2

Each block of 64 weights is divided by its largest absolute value, and every weight becomes the nearest of the sixteen
values, two codes to a byte. Double quantisation does the same to the scales, in blocks of 256, in eight bits, once
their mean has been taken off, because they are all positive. Here the eight bits are int8, evenly spaced; the paper
and bitsandbytes use an eight-bit float.
"""

import math
from statistics import NormalDist

import torch

OFFSET = 0.9677083


def nf4_table() -> torch.Tensor:
    above, below = (_quantiles(count) for count in (8, 7))
    table = [-q for q in below] + [0.0] + above[::-1]
    return torch.tensor([q / max(table) for q in table])


def _quantiles(count: int) -> list[float]:
    """`count` quantiles for probabilities from the offset down towards 1/2, which itself is left out."""
    return [NormalDist().inv_cdf(OFFSET + (0.5 - OFFSET) * i / count) for i in range(count)]


def quantize(weight: torch.Tensor, block: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    flat = weight.flatten().float()  # (n,)
    blocks = _in_blocks(flat, block)  # (blocks, block)
    absmax = blocks.abs().amax(dim=1)
    table = nf4_table().to(flat.device)
    midpoints = (table[1:] + table[:-1]) / 2  # 15: between two of them lies what is nearest to a value
    codes = torch.bucketize(_divided(blocks, absmax), midpoints).to(torch.uint8)
    codes = torch.nn.functional.pad(codes.flatten()[: len(flat)], (0, len(flat) % 2), value=7)  # 7 is the code of zero
    return codes[0::2] << 4 | codes[1::2], absmax  # the first of two in the high half


def dequantize(
    packed: torch.Tensor, absmax: torch.Tensor, shape: tuple[int, ...], dtype: torch.dtype, block: int = 64
) -> torch.Tensor:
    count = math.prod(shape)
    codes = torch.stack((packed >> 4, packed & 15), dim=1).flatten()[:count].long()  # (bytes, 2) -> (n,)
    values = nf4_table().to(packed.device)[codes]
    return (values * absmax.repeat_interleave(block)[:count]).reshape(shape).to(dtype)


def quantize_scales(absmax: torch.Tensor, block: int = 256) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    mean = absmax.mean()
    blocks = _in_blocks(absmax - mean, block)
    scales = blocks.abs().amax(dim=1) / 127
    codes = _divided(blocks, scales).round().to(torch.int8)
    return codes.flatten()[: len(absmax)], scales, mean


def dequantize_scales(codes: torch.Tensor, scales: torch.Tensor, mean: torch.Tensor, block: int = 256) -> torch.Tensor:
    return codes * scales.repeat_interleave(block)[: len(codes)] + mean


def bits_per_weight(block: int = 64, scale_block: int | None = None) -> float:
    if scale_block is None:
        return 4 + 32 / block
    return 4 + 8 / block + 32 / (block * scale_block)


def _in_blocks(flat: torch.Tensor, block: int) -> torch.Tensor:
    """(n,) -> (ceil(n / block), block), the last block filled up with zeros."""
    return torch.nn.functional.pad(flat, (0, -len(flat) % block)).reshape(-1, block)


def _divided(blocks: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """Each block by its scale. A block of zeros stays one, where 0 / 0 is NaN."""
    return (blocks / scales[:, None]).nan_to_num()
