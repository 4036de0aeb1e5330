# Written from the brief and the starter alone.
"""Houlsby adapters: two small bottlenecks in every layer of a frozen encoder."""

import torch
import torch.nn.functional as F
from torch import nn


class Adapter(nn.Module):
    """A bottleneck of two linear layers, `down` and `up`, around which its input goes straight on."""

    def __init__(self, dim: int, bottleneck: int) -> None:
        super().__init__()
        self.down = nn.Linear(dim, bottleneck)
        self.up = nn.Linear(bottleneck, dim)
        for linear in (self.down, self.up):
            nn.init.normal_(linear.weight, std=0.01)
            nn.init.zeros_(linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., dim). Returns the same shape and dtype."""
        return x + self.up(F.gelu(self.down(x)))


class AdaptedLayer(nn.Module):
    """A post-norm encoder layer with the adapters `after_attention` and `after_mlp`."""

    def __init__(self, layer: nn.Module, bottleneck: int) -> None:
        super().__init__()
        self.layer = layer
        weight = layer.norm_1.weight
        self.after_attention = Adapter(weight.numel(), bottleneck).to(weight)
        self.after_mlp = Adapter(weight.numel(), bottleneck).to(weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (batch, seq, dim). Returns the same shape."""
        layer = self.layer
        h = layer.norm_1(x + self.after_attention(layer.attention(x)))
        return layer.norm_2(h + self.after_mlp(layer.mlp(h)))


def add_adapters(model: nn.Module, bottleneck: int) -> list[nn.Parameter]:
    """Replace every layer of `model.layers`, freeze what does not train, and return what an optimizer gets."""
    for i, layer in enumerate(model.layers):
        model.layers[i] = AdaptedLayer(layer, bottleneck)
    model.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, (Adapter, nn.LayerNorm)):
            module.requires_grad_(True)
    model.head.requires_grad_(True)
    return [p for p in model.parameters() if p.requires_grad]
