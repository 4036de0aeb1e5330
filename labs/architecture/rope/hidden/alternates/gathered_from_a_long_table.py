# A table of every position up to the largest, from which rows are gathered; frequencies by logspace.
import torch


def rotary_tables(head_dim, positions, base=10000.0):
    last = -(head_dim - 2) / head_dim
    inv_freq = torch.logspace(0.0, last, head_dim // 2, base=base, dtype=torch.float64, device=positions.device).float()
    every = torch.arange(int(positions.max()) + 1, device=positions.device)
    angles = torch.outer(every, inv_freq)
    table = torch.hstack((angles, angles))
    return table.cos()[positions], table.sin()[positions]


def apply_rotary(x, cos, sin):
    # (seq, batch, heads, d) against (seq, batch or 1, 1, d): the layout in which some models keep x.
    cos = cos.reshape(-1, *cos.shape[-2:]).transpose(0, 1).unsqueeze(2)
    sin = sin.reshape(-1, *sin.shape[-2:]).transpose(0, 1).unsqueeze(2)
    x = x.permute(2, 0, 1, 3)
    sign = torch.ones(x.shape[-1], device=x.device)
    sign[: x.shape[-1] // 2] = -1
    turned = x.roll(x.shape[-1] // 2, dims=-1) * (sign * sin)
    return (x * cos + turned).to(x.dtype).permute(1, 2, 0, 3)
