# killed-by: projection
# mistake: wrong-direction
# Converts from the half layout to the interleaved one.
import torch


def rotate_every_two(x):
    return torch.stack((-x[..., 1::2], x[..., 0::2]), dim=-1).flatten(-2)


def apply_rotary_interleaved(x, cos, sin):
    cos = cos.repeat_interleave(2, dim=-1).unsqueeze(-3)
    sin = sin.repeat_interleave(2, dim=-1).unsqueeze(-3)
    return (x * cos + rotate_every_two(x) * sin).to(x.dtype)


def interleaved_to_half(x):
    return torch.cat((x[..., 0::2], x[..., 1::2]), dim=-1)


def half_to_interleaved(x):
    first, second = x.chunk(2, dim=-1)
    return torch.stack((first, second), dim=-1).flatten(-2)


def convert_projection(weight, head_dim):
    heads = weight.shape[0] // head_dim
    rows = weight.reshape(heads, 2, head_dim // 2, -1)
    return rows.transpose(1, 2).reshape(weight.shape)
