# A function of its own whose backward pass turns the gradient back; frequencies are kept between calls.
import functools

import torch


@functools.lru_cache(maxsize=8)
def _inverse_frequencies(head_dim: int, base: float, device: torch.device) -> torch.Tensor:
    return 1.0 / base ** (torch.arange(0, head_dim, 2, dtype=torch.float32, device=device) / head_dim)


def rotary_tables(head_dim: int, positions: torch.Tensor, base: float = 10000.0):
    angles = positions.float().unsqueeze(-1) @ _inverse_frequencies(head_dim, base, positions.device).unsqueeze(0)
    angles = torch.cat((angles, angles), -1)
    return torch.cos(angles), torch.sin(angles)


class _Rotation(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, cos, sin):
        ctx.save_for_backward(cos, sin)
        return _turn(x, cos, sin)

    @staticmethod
    def backward(ctx, grad):
        cos, sin = ctx.saved_tensors
        return _turn(grad, cos, -sin), None, None


def _turn(x, cos, sin):
    half = x.shape[-1] // 2
    swapped = torch.cat((x[..., half:].neg(), x[..., :half]), dim=-1)
    return torch.addcmul(x * cos, swapped, sin).to(x.dtype)


def apply_rotary(x, cos, sin):
    if cos.dim() == 3:
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return _Rotation.apply(x, cos, sin)
