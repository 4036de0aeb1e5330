# killed-by: input-gradient
# mistake: gradient-cut
# What passes through is copied from x.data.
import torch


def rope_cache(head_dim, positions, base=10000.0):
    rotary_dim = head_dim // 2
    exponents = torch.arange(0, rotary_dim, 2, device=positions.device).float() / rotary_dim
    angles = positions.float().unsqueeze(-1) * base**-exponents
    return torch.stack((angles.cos(), angles.sin()), dim=-1)


def apply_partial_rotary(x, cache):
    rotary_dim = x.shape[-1] // 2
    turning, passing = x[..., :rotary_dim], x.data[..., rotary_dim:]
    first, second = turning[..., 0::2], turning[..., 1::2]
    cache = cache.unsqueeze(-4)
    cos, sin = cache[..., 0], cache[..., 1]
    turned = torch.stack((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return torch.cat((turned.flatten(-2).to(x.dtype), passing), dim=-1)


def rotate_query_key(q, k, start, base=10000.0):
    positions = torch.arange(start, start + q.shape[2], device=q.device)
    cache = rope_cache(q.shape[-1], positions, base)
    return apply_partial_rotary(q, cache), apply_partial_rotary(k, cache)
