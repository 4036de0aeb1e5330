# Everything in float64, the angles as an outer product.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = base ** (torch.arange(0, head_dim, 2, device=positions.device).double() / -head_dim)
    angles = torch.outer(positions.flatten().double(), inv_freq).reshape(*positions.shape, head_dim // 2)
    angles = angles.tile(2)
    return angles.cos().float(), angles.sin().float()


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(-3), sin.unsqueeze(-3)
    a, b = x.double().tensor_split(2, dim=-1)
    c, s = cos.double().tensor_split(2, dim=-1)[0], sin.double().tensor_split(2, dim=-1)[0]
    return torch.cat([a * c - b * s, a * s + b * c], -1).to(x.dtype)
