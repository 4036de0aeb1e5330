# Pairs as complex numbers.
import torch


def rope_cache(head_dim, positions, base=10000.0):
    r = head_dim // 2
    theta = 1.0 / (base ** (torch.arange(0, r, 2, device=positions.device).float() / r))
    angles = positions[..., None].float() * theta
    return torch.view_as_real(torch.polar(torch.ones_like(angles), angles))


def apply_partial_rotary(x, cache):
    r = x.size(-1) // 2
    z = torch.view_as_complex(x[..., :r].float().reshape(*x.shape[:-1], r // 2, 2).contiguous())
    turn = torch.view_as_complex(cache.contiguous())
    if turn.dim() == 3:
        turn = turn[:, None]
    return torch.cat((torch.view_as_real(z * turn).flatten(-2).type_as(x), x[..., r:]), -1)


def rotate_query_key(q, k, start, base=10000.0):
    cache = rope_cache(q.size(-1), torch.arange(start, start + q.size(2), device=q.device), base)
    return tuple(apply_partial_rotary(t, cache) for t in (q, k))
