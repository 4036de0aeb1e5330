# One 2 x 2 matrix a pair and einsum; P as a matrix of zeros and ones.
import torch


def _p(d, like):
    p = torch.zeros(d, d, dtype=like.dtype, device=like.device)
    for i in range(d // 2):
        p[i, 2 * i] = 1
        p[i + d // 2, 2 * i + 1] = 1
    return p


def apply_rotary_interleaved(x, cos, sin):
    batch, heads, seq, d = x.shape
    turn = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)  # (..., seq, d/2, 2, 2)
    turn = turn.expand(batch, seq, d // 2, 2, 2).double()
    pairs = x.double().reshape(batch, heads, seq, d // 2, 2)
    return torch.einsum("bspij,bhspj->bhspi", turn, pairs).reshape(x.shape).to(x.dtype)


def interleaved_to_half(x):
    return torch.einsum("ij,...j->...i", _p(x.shape[-1], x), x)


def half_to_interleaved(x):
    return torch.einsum("ij,...i->...j", _p(x.shape[-1], x), x)


def convert_projection(weight, head_dim):
    heads = weight.shape[0] // head_dim
    return torch.kron(torch.eye(heads).to(weight), _p(head_dim, weight)) @ weight
