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
        self._layers: list[tuple[torch.Tensor, torch.Tensor] | None] = [None] * layers

    def length(self, layer: int) -> int:
        stored = self._layers[layer]
        return 0 if stored is None else stored[0].shape[-2]

    def update(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        stored = self._layers[layer]
        if stored is None:
            both = k.clone(), v.clone()  # the caller may write over its own
        else:
            # (batch, heads, length, dim) and (batch, heads, new, dim) -> (batch, heads, length + new, dim)
            both = torch.cat((stored[0], k), dim=-2), torch.cat((stored[1], v), dim=-2)
        self._layers[layer] = both
        return both

    def reorder(self, index: torch.Tensor) -> None:
        # (batch, ...) -> (new batch, ...); a beam may be taken twice, and each keeps its own copy
        self._layers = [stored and (stored[0][index], stored[1][index]) for stored in self._layers]

    def crop(self, length: int) -> None:
        self._layers = [stored and (stored[0][..., :length, :], stored[1][..., :length, :]) for stored in self._layers]


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
    steps = scale.masked_fill(scale == 0, 1.0)  # a vector of equal values: all codes are zero
    return ((x - low) / steps).round().to(torch.uint8), scale, low


def dequantize(codes: torch.Tensor, scale: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
    return codes * scale + low
