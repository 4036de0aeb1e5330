# The half rotation between the two permutations, so that the identity of the brief does the work.
import torch


def interleaved_to_half(x):
    return x.reshape(*x.shape[:-1], x.shape[-1] // 2, 2).mT.reshape(x.shape)


def half_to_interleaved(x):
    return x.reshape(*x.shape[:-1], 2, x.shape[-1] // 2).mT.reshape(x.shape)


def apply_rotary_interleaved(x, cos, sin):
    half = interleaved_to_half(x).float()
    cos, sin = (torch.cat((t, t), dim=-1).unsqueeze(-3) for t in (cos, sin))
    first, second = half.chunk(2, dim=-1)
    turned = half * cos + torch.cat((-second, first), dim=-1) * sin
    return half_to_interleaved(turned).to(x.dtype)


def convert_projection(weight, head_dim):
    columns = weight.T.reshape(*weight.shape[1:], -1, head_dim)
    return interleaved_to_half(columns).flatten(-2).T
