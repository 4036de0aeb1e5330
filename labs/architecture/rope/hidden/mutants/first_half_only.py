# killed-by: rotation
# mistake: halves-mixed-up
# Rotates the first half of the head and passes the rest through, as models with partial rotation do.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, head_dim, 2, device=positions.device).float() / head_dim)
    freqs = positions[..., None].float() * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    width = x.shape[-1] // 4 * 2
    cos, sin = cos[..., :width], sin[..., :width]
    rotated = x[..., :width] * cos + rotate_half(x[..., :width]) * sin
    return torch.cat((rotated, x[..., width:]), dim=-1).to(x.dtype)
