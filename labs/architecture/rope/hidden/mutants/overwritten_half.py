# killed-by: rotation
# mistake: halves-mixed-up
# Stores the new first half before the second is computed from the old one.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, head_dim, 2, device=positions.device).float() / head_dim)
    freqs = positions[..., None].float() * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    half = x.shape[-1] // 2
    y = x.clone()
    y[..., :half] = y[..., :half] * cos[..., :half] - y[..., half:] * sin[..., :half]
    y[..., half:] = y[..., half:] * cos[..., half:] + y[..., :half] * sin[..., half:]
    return y
