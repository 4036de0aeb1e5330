# killed-by: table-layout
# mistake: angles-not-twice
# d frequencies instead of d/2 repeated: the second half runs on where the first ends.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    i = torch.arange(head_dim, device=positions.device).float()
    inv_freq = base ** (-2 * i / head_dim)
    freqs = positions[..., None].float() * inv_freq
    return freqs.cos(), freqs.sin()


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return (x * cos + rotate_half(x) * sin).to(x.dtype)
