# killed-by: stateless
# mistake: kept-between-calls
# Counts the tokens that it has seen and adds them to the positions of the next call.
import torch


_seen = {}


def rotary_tables(head_dim, positions, base=10000.0):
    offset = _seen.get((head_dim, base), 0)
    _seen[head_dim, base] = offset + positions.shape[-1]
    inv_freq = 1.0 / base ** (torch.arange(0, head_dim, 2, device=positions.device).float() / head_dim)
    freqs = (positions[..., None] + offset).float() * inv_freq
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return (x * cos + rotate_half(x) * sin).to(x.dtype)
