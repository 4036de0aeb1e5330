# Each pair as one complex number, turned by a product, as in Meta's Llama; permutations by index lists.
import torch


def apply_rotary_interleaved(x, cos, sin):
    wide = torch.promote_types(x.dtype, torch.float32)
    pairs = x.to(wide).reshape(*x.shape[:-1], -1, 2).contiguous()
    freqs_cis = torch.complex(cos, sin).unsqueeze(-3)
    turned = torch.view_as_complex(pairs) * freqs_cis
    return torch.view_as_real(turned).flatten(3).to(x.dtype)


def _order(d):
    return list(range(0, d, 2)) + list(range(1, d, 2))


def interleaved_to_half(x):
    return x[..., _order(x.size(-1))]


def half_to_interleaved(x):
    return x[..., torch.tensor(_order(x.size(-1))).argsort()]


def convert_projection(weight, head_dim):
    rows = [h * head_dim + r for h in range(weight.size(0) // head_dim) for r in _order(head_dim)]
    return weight[rows]
