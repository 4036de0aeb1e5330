# killed-by: stateless
# mistake: kept-between-calls
# Caches the frequencies by head_dim and forgets that the base may change.
import torch


_inv_freq = {}


def rotary_tables(head_dim, positions, base=10000.0):
    if head_dim not in _inv_freq:
        _inv_freq[head_dim] = 1.0 / base ** (torch.arange(0, head_dim, 2).float() / head_dim)
    freqs = positions[..., None].float() * _inv_freq[head_dim].to(positions.device)
    emb = torch.cat((freqs, freqs), dim=-1)
    return emb.cos(), emb.sin()


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return (x * cos + rotate_half(x) * sin).to(x.dtype)
