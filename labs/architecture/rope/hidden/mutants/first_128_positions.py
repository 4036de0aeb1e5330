# killed-by: shapes
# Rotates in blocks of 128 positions and forgets the last, unfinished one.
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
    y = (x * cos + rotate_half(x) * sin).to(x.dtype)
    whole = x.shape[2] // 128 * 128
    return torch.cat((y[:, :, :whole], x[:, :, whole:]), dim=2) if whole else y
