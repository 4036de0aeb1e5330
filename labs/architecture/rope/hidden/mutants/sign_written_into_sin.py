# killed-by: unchanged-input
# mistake: in-place
# Negates the first half of the caller's sin, to save the minus in the rotation.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, head_dim, 2, device=positions.device).float() / head_dim)
    freqs = positions[..., None].float() * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def swap_halves(x):
    return x.roll(x.shape[-1] // 2, dims=-1)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    sin[..., : x.shape[-1] // 2] *= -1
    return (x * cos + swap_halves(x) * sin).to(x.dtype)
