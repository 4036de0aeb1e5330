# As GPT-J writes it: tables widened with repeat_interleave, in the dtype of x; heads of a weight split and joined again.
import torch


def rotate_every_two(x):
    return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)


def apply_rotary_interleaved(x, cos, sin):
    cos = torch.repeat_interleave(cos.to(x.dtype), 2, dim=-1)
    sin = torch.repeat_interleave(sin.to(x.dtype), 2, dim=-1)
    if cos.dim() == 3:
        cos, sin = cos[:, None], sin[:, None]
    return x * cos + rotate_every_two(x) * sin


def interleaved_to_half(x):
    return torch.cat([x[..., ::2], x[..., 1::2]], dim=-1)


def half_to_interleaved(x):
    first, second = x.chunk(2, dim=-1)
    out = torch.empty_like(x)
    out[..., ::2] = first
    out[..., 1::2] = second
    return out


def convert_projection(weight, head_dim):
    return torch.cat([torch.cat([head[::2], head[1::2]]) for head in weight.split(head_dim)])
