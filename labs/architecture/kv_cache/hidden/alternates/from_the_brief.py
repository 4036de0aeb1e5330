# Written from the brief and the starter alone.
"""A cache of keys and values, attention that decodes with it, and its values in eight bits."""

import math
from collections.abc import Callable

import torch

Rotate = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class KVCache:
    """The keys and values of all tokens so far, layer by layer, each (batch, heads, length, dim)."""

    def __init__(self, layers: int) -> None:
        self.keys: list[torch.Tensor | None] = [None] * layers
        self.values: list[torch.Tensor | None] = [None] * layers

    def length(self, layer: int) -> int:
        """How many tokens this layer holds."""
        keys = self.keys[layer]
        return 0 if keys is None else keys.shape[2]

    def update(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Append the keys and values of new tokens; return all keys and all values of the layer."""
        if self.keys[layer] is None:
            self.keys[layer], self.values[layer] = k.clone(), v.clone()
        else:
            self.keys[layer] = torch.cat([self.keys[layer], k], dim=2)
            self.values[layer] = torch.cat([self.values[layer], v], dim=2)
        return self.keys[layer], self.values[layer]

    def reorder(self, index: torch.Tensor) -> None:
        """Sequence i becomes what sequence index[i] was. index: int64, (new batch,)."""
        for store in (self.keys, self.values):
            for layer, x in enumerate(store):
                if x is not None:
                    store[layer] = x.index_select(0, index.to(x.device))

    def crop(self, length: int) -> None:
        """Keep the first `length` tokens of every layer."""
        for store in (self.keys, self.values):
            for layer, x in enumerate(store):
                if x is not None:
                    store[layer] = x[:, :, :length]


def attend(
    cache: KVCache, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, rotate: Rotate
) -> torch.Tensor:
    """Attention of new tokens over the cache and themselves: (batch, heads, new, dim) in, the same out."""
    past, new = cache.length(layer), q.shape[2]
    positions = torch.arange(past, past + new, device=q.device)
    q_rot = rotate(q, positions)
    keys, values = cache.update(layer, rotate(k, positions), v)

    wide = torch.promote_types(q.dtype, torch.float32)
    scores = q_rot.to(wide) @ keys.to(wide).transpose(-2, -1) / math.sqrt(q.shape[-1])
    hidden = torch.arange(past + new, device=q.device)[None, :] > positions[:, None]
    weights = scores.masked_fill(hidden, float("-inf")).softmax(dim=-1)
    return (weights @ values.to(wide)).to(q.dtype)


def quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """codes (uint8, shape of x), scale and low (float32, (..., 1)): x is about codes * scale + low."""
    x = x.float()
    low = x.amin(dim=-1, keepdim=True)
    scale = (x.amax(dim=-1, keepdim=True) - low) / 255
    step = torch.where(scale > 0, scale, torch.ones_like(scale))
    codes = ((x - low) / step).round().clamp(0, 255).to(torch.uint8)
    return codes, scale, low


def dequantize(codes: torch.Tensor, scale: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
    """codes * scale + low, in float32."""
    return codes.float() * scale + low
