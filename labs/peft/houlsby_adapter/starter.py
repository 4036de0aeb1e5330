"""Houlsby adapters: two small bottlenecks in every layer of a frozen encoder."""

import torch
from torch import nn


class Adapter(nn.Module):
    """A bottleneck of two linear layers, `down` and `up`, around which its input goes straight on."""

    def __init__(self, dim: int, bottleneck: int) -> None:
        super().__init__()
        # TODO: `down` and `up`; a new adapter nearly returns its input.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., dim). Returns the same shape and dtype."""
        raise NotImplementedError("TODO: the adapter")


class AdaptedLayer(nn.Module):
    """A post-norm encoder layer with the adapters `after_attention` and `after_mlp`."""

    def __init__(self, layer: nn.Module, bottleneck: int) -> None:
        super().__init__()
        # TODO: keep the layer; two adapters of the width, dtype and device of its norms.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (batch, seq, dim). Returns the same shape."""
        raise NotImplementedError("TODO: the layer with its adapters")


def add_adapters(model: nn.Module, bottleneck: int) -> list[nn.Parameter]:
    """Replace every layer of `model.layers`, freeze what does not train, and return what an optimizer gets."""
    raise NotImplementedError("TODO: add_adapters")
