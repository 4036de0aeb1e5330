"""A KV cache, the reference.

Noam Shazeer, "Fast Transformer Decoding: One Write-Head is All You Need", arXiv:1911.02150, section 2.4: in
incremental decoding the keys and values of all earlier positions are kept, and each step appends its own:

    K_t = [K_{t-1}; k_t]     V_t = [V_{t-1}; v_t]     y_t = softmax(q_t K_t^T / sqrt(d)) V_t

Three things go wrong silently: the position of a new token is the number of tokens before it in the same layer, not
zero; a chunk of several tokens is causal inside itself, with its triangle at the bottom right of the mask; and a key is
rotated once, when it is stored.

In eight bits a vector x becomes round((x - low) / scale), with scale = (high - low) / 255.
"""

from collections.abc import Callable

import torch

Rotate = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class KVCache:
    def __init__(self, layers: int) -> None:
        # For each layer that has been filled its keys and values in one tensor, (2, batch, heads, length, dim).
        self._filled: dict[int, torch.Tensor] = {}

    def length(self, layer: int) -> int:
        return self._filled[layer].shape[-2] if layer in self._filled else 0

    def update(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        both = torch.stack((k, v))  # a copy: the caller may write over its own
        if layer in self._filled:
            both = torch.cat((self._filled[layer], both), dim=-2)  # length and new -> length + new
        self._filled[layer] = both
        return both[0], both[1]

    def reorder(self, index: torch.Tensor) -> None:
        # (2, batch, ...) -> (2, new batch, ...); a beam may be taken twice, and each keeps its own copy
        self._filled = {layer: both[:, index] for layer, both in self._filled.items()}

    def crop(self, length: int) -> None:
        self._filled = {layer: both[..., :length, :] for layer, both in self._filled.items()}


def attend(
    cache: KVCache, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, rotate: Rotate
) -> torch.Tensor:
    before, new = cache.length(layer), q.shape[-2]
    positions = torch.arange(before, before + new, device=q.device)
    keys, values = cache.update(layer, rotate(k, positions), v)
    wide = torch.promote_types(q.dtype, torch.float32)
    scores = rotate(q, positions).to(wide) @ keys.to(wide).transpose(-1, -2) * q.shape[-1] ** -0.5
    later = torch.arange(before + new, device=q.device) > positions[:, None]  # (new, before + new)
    weights = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
    return (weights @ values.to(wide)).to(q.dtype)  # (..., new, before + new) @ (..., before + new, dim)


def quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    x = x.float()  # high - low of float16 can pass 65504
    low, high = x.aminmax(dim=-1, keepdim=True)  # (..., dim) -> (..., 1)
    scale = (high - low) / 255
    # Where all values are equal this is 0 / 0: any code will do there, for it comes back times a scale of zero.
    return ((x - low) / scale).round().to(torch.uint8), scale, low


def dequantize(codes: torch.Tensor, scale: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
    return codes * scale + low
