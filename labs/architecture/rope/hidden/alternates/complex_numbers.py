# Each pair as one complex number, multiplied by a number on the unit circle; always in float32.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    pairs = torch.arange(head_dim // 2, dtype=torch.float32, device=positions.device)
    angles = positions.unsqueeze(-1) * base ** (-2 * pairs / head_dim)
    turns = torch.polar(torch.ones_like(angles), angles)
    return torch.cat((turns.real, turns.real), -1), torch.cat((turns.imag, turns.imag), -1)


def apply_rotary(x, cos, sin):
    half = x.shape[-1] // 2
    turns = torch.complex(cos[..., :half], sin[..., :half])
    if turns.ndim == 3:
        turns = turns[:, None]
    pairs = torch.complex(x[..., :half].float(), x[..., half:].float())
    turned = pairs * turns
    return torch.cat((turned.real, turned.imag), dim=-1).type_as(x)
