# killed-by: frequencies
# mistake: wrong-angle
# Frequencies from 1 down to exactly 1/base, as in sinusoidal encodings that divide by d/2 - 1.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    steps = torch.arange(head_dim // 2, device=positions.device).float() / (max(head_dim / 2 - 1, 1))
    inv_freq = base**-steps
    freqs = positions[..., None].float() * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return (x * cos + rotate_half(x) * sin).to(x.dtype)
