"""A cache of keys and values, attention that decodes with it, and its values in eight bits."""

from collections.abc import Callable

import torch

Rotate = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class KVCache:
    """The keys and values of all tokens so far, layer by layer, each (batch, heads, length, dim)."""

    def __init__(self, layers: int) -> None:
        # TODO: nothing is stored yet.
        pass

    def length(self, layer: int) -> int:
        """How many tokens this layer holds."""
        raise NotImplementedError("TODO")

    def update(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Append the keys and values of new tokens; return all keys and all values of the layer."""
        raise NotImplementedError("TODO")

    def reorder(self, index: torch.Tensor) -> None:
        """Sequence i becomes what sequence index[i] was. index: int64, (new batch,)."""
        raise NotImplementedError("TODO")

    def crop(self, length: int) -> None:
        """Keep the first `length` tokens of every layer."""
        raise NotImplementedError("TODO")


def attend(
    cache: KVCache, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, rotate: Rotate
) -> torch.Tensor:
    """Attention of new tokens over the cache and themselves: (batch, heads, new, dim) in, the same out."""
    raise NotImplementedError("TODO: positions, rotation, cache, mask")


def quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """codes (uint8, shape of x), scale and low (float32, (..., 1)): x is about codes * scale + low."""
    raise NotImplementedError("TODO")


def dequantize(codes: torch.Tensor, scale: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
    """codes * scale + low, in float32."""
    raise NotImplementedError("TODO")
