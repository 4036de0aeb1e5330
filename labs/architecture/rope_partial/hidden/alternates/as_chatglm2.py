# As ChatGLM2 writes it, with the sequence first, in the dtype of x.
import torch


def rope_cache(head_dim, positions, base=10000.0):
    n_elem = head_dim // 2
    theta = 1.0 / (base ** (torch.arange(0, n_elem, 2, dtype=torch.float, device=positions.device) / n_elem))
    idx_theta = torch.einsum("...s,f->...sf", positions.float(), theta)
    return torch.stack([torch.cos(idx_theta), torch.sin(idx_theta)], dim=-1)


def apply_partial_rotary(x, cache):
    x = x.permute(2, 0, 1, 3)
    sq, b, np, hn = x.shape
    rot_dim = cache.shape[-2] * 2
    x, x_pass = x[..., :rot_dim], x[..., rot_dim:]
    xshaped = x.reshape(sq, -1, np, rot_dim // 2, 2)
    cache = cache.transpose(0, 1) if cache.dim() == 4 else cache.unsqueeze(1)
    cache = cache.reshape(sq, -1, 1, xshaped.size(3), 2).to(x.dtype)
    out = torch.stack(
        [
            xshaped[..., 0] * cache[..., 0] - xshaped[..., 1] * cache[..., 1],
            xshaped[..., 1] * cache[..., 0] + xshaped[..., 0] * cache[..., 1],
        ],
        -1,
    ).flatten(3)
    return torch.cat((out, x_pass), dim=-1).permute(1, 2, 0, 3)


def rotate_query_key(q, k, start, base=10000.0):
    cache = rope_cache(q.shape[-1], torch.arange(q.shape[2]).to(q.device) + start, base)
    return apply_partial_rotary(q, cache), apply_partial_rotary(k, cache)
