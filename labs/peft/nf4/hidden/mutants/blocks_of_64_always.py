# killed-by: blocks
# mistake: not-by-block
# Ignores the argument and uses blocks of 64.
import math
from statistics import NormalDist

import torch


def nf4_table():
    o = 0.9677083
    inv = NormalDist().inv_cdf
    above = [inv(o + (0.5 - o) * i / 8) for i in range(8)]
    below = [-inv(o + (0.5 - o) * i / 7) for i in range(7)]
    values = sorted(above + [0.0] + below)
    return torch.tensor([v / max(values) for v in values])


def quantize(weight, block=64):
    table = nf4_table().to(weight.device)
    flat = weight.reshape(-1).float()
    parts = flat.split(64)
    absmax = torch.stack([p.abs().max() for p in parts])
    codes = []
    for part, size in zip(parts, absmax):
        x = part / size if size > 0 else part
        codes.append((x[:, None] - table).abs().argmin(dim=1))
    codes = torch.cat(codes).to(torch.uint8)
    if len(codes) % 2:
        codes = torch.cat([codes, codes.new_full((1,), 7)])
    return codes[::2] * 16 + codes[1::2], absmax


def dequantize(packed, absmax, shape, dtype, block=64):
    n = math.prod(shape)
    codes = torch.stack([packed >> 4, packed & 15], dim=1).reshape(-1)[:n]
    values = nf4_table().to(packed.device)[codes.long()]
    scale = absmax.repeat_interleave(block)[:n]
    return (values * scale).to(dtype).reshape(shape)


def quantize_scales(absmax, block=256):
    mean = absmax.mean()
    parts = (absmax - mean).split(block)
    scales = torch.stack([p.abs().max() / 127 for p in parts])
    codes = [torch.round(p / s) if s > 0 else torch.zeros_like(p) for p, s in zip(parts, scales)]
    return torch.cat(codes).to(torch.int8), scales, mean


def dequantize_scales(codes, scales, mean, block=256):
    return codes.float() * scales.repeat_interleave(block)[: len(codes)] + mean


def bits_per_weight(block=64, scale_block=None):
    if scale_block is None:
        return 4 + 32 / block
    return 4 + 8 / block + 32 / (block * scale_block)
