# Views of shape (..., 2, d/2): unbound, rotated, stacked and flattened again.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    inv_freq = torch.pow(base, torch.arange(0, head_dim, 2, device=positions.device) / -head_dim)
    angles = torch.multiply(positions.to(torch.float32).unsqueeze(-1), inv_freq)
    repeat = [1] * positions.dim() + [2]
    return angles.cos().repeat(*repeat), angles.sin().repeat(*repeat)


def apply_rotary(x, cos, sin):
    batch, heads, seq, dim = x.shape
    cos = cos.view(-1, 1, seq, 2, dim // 2)[..., 0, :]
    sin = sin.view(-1, 1, seq, 2, dim // 2)[..., 0, :]
    x1, x2 = x.reshape(batch, heads, seq, 2, dim // 2).float().unbind(-2)
    return torch.stack((x1 * cos - x2 * sin, x2 * cos + x1 * sin), dim=-2).flatten(-2).to(x.dtype)
