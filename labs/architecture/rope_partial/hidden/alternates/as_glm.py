# As GLM in transformers: every angle in two columns, cos of one and sin of zero where nothing turns.
import torch


def rope_cache(head_dim, positions, base=10000.0):
    out = torch.empty(*positions.shape, head_dim // 4, 2, dtype=torch.float64, device=positions.device)
    for i in range(head_dim // 4):
        angle = positions.double() * base ** (-4 * i / head_dim)
        out[..., i, 0], out[..., i, 1] = angle.cos(), angle.sin()
    return out.float()


def rotate_every_two(x):
    return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)


def apply_partial_rotary(x, cache):
    cos, sin = (t.repeat_interleave(2, dim=-1).unsqueeze(-3) for t in cache.unbind(-1))
    rotary_dim = cos.shape[-1]
    rot, rest = x.split([rotary_dim, x.shape[-1] - rotary_dim], dim=-1)
    return torch.cat([(rot * cos + rotate_every_two(rot) * sin).to(x.dtype), rest], dim=-1)


def rotate_query_key(q, k, start, base=10000.0):
    positions = torch.tensor([[start + n for n in range(q.shape[2])]] * q.shape[0], device=q.device)
    cache = rope_cache(q.shape[3], positions, base)
    # Both in one call: heads are only another dimension.
    both = apply_partial_rotary(torch.cat((q, k), dim=1), cache)
    return both[:, : q.shape[1]], both[:, q.shape[1] :]
