# Frequencies as exp(-ln(base) 2i/d), in float32; the result is put into an empty tensor.
import math

import torch


def rotary_tables(head_dim, positions, base=10000.0):
    steps = torch.arange(0, head_dim, 2, dtype=torch.float32, device=positions.device)
    inv_freq = torch.exp(steps * (-math.log(base) / head_dim))
    angles = positions[..., None] * inv_freq
    cos = torch.empty(*positions.shape, head_dim, device=positions.device)
    sin = torch.empty_like(cos)
    for columns in (slice(0, head_dim // 2), slice(head_dim // 2, None)):
        cos[..., columns], sin[..., columns] = torch.cos(angles), torch.sin(angles)
    return cos, sin


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos[:, None], sin[:, None]
    half = x.shape[-1] // 2
    y = torch.empty_like(x)
    y[..., :half] = x[..., :half] * cos[..., :half] - x[..., half:] * sin[..., :half]
    y[..., half:] = x[..., half:] * cos[..., half:] + x[..., :half] * sin[..., half:]
    return y
