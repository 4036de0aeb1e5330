# killed-by: rotation
# Computes the first half of the result and leaves the second as it is.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = 1.0 / base ** (torch.arange(0, head_dim, 2, device=positions.device).float() / head_dim)
    freqs = positions[..., None].float() * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    x1, x2 = x.chunk(2, dim=-1)
    half = x1.shape[-1]
    return torch.cat((x1 * cos[..., :half] - x2 * sin[..., :half], x2.to(cos.dtype)), dim=-1).to(x.dtype)
