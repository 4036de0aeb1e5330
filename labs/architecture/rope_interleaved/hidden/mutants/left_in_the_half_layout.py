# killed-by: rotation
# mistake: wrong-pairs
# Turns neighbours, and returns the even dimensions before the odd ones.
import torch


def rotate_every_two(x):
    return torch.stack((-x[..., 1::2], x[..., 0::2]), dim=-1).flatten(-2)


def apply_rotary_interleaved(x, cos, sin):
    cos = cos.repeat_interleave(2, dim=-1).unsqueeze(-3)
    sin = sin.repeat_interleave(2, dim=-1).unsqueeze(-3)
    even, odd = x[..., 0::2], x[..., 1::2]
    c, s = cos[..., 0::2], sin[..., 0::2]
    return torch.cat((even * c - odd * s, odd * c + even * s), dim=-1).to(x.dtype)


def interleaved_to_half(x):
    return torch.cat((x[..., 0::2], x[..., 1::2]), dim=-1)


def half_to_interleaved(x):
    first, second = x.chunk(2, dim=-1)
    return torch.stack((first, second), dim=-1).flatten(-2)


def convert_projection(weight, head_dim):
    heads = weight.shape[0] // head_dim
    rows = weight.reshape(heads, head_dim // 2, 2, -1)
    return rows.transpose(1, 2).reshape(weight.shape)
