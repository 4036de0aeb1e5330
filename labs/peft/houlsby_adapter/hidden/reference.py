"""Houlsby adapters, the reference.

Neil Houlsby et al., "Parameter-Efficient Transfer Learning for NLP", arXiv:1902.00751, section 2.1 and figure 2: a
bottleneck of width m, with a skip connection of its own, stands behind each of the two sublayers of a Transformer
layer, behind the projection back to the layer's width and before the sublayer's skip connection is added:

    A(x) = x + up(gelu(down(x)))        down (m, d), up (d, m): 2 m d + d + m parameters
    h = norm_1(x + A_1(attention(x)))
    y = norm_2(h + A_2(mlp(h)))

With weights near zero an adapter is near the identity, and the new network near the old one; both exactly zero would
never learn. Adapters, layer norms and the classifier train, everything else is frozen.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Adapter(nn.Module):
    def __init__(self, dim: int, bottleneck: int) -> None:
        super().__init__()
        self.down = nn.Linear(dim, bottleneck)
        self.up = nn.Linear(bottleneck, dim)
        for linear in (self.down, self.up):
            nn.init.normal_(linear.weight, std=1e-2)  # the paper cuts it at two standard deviations
            nn.init.zeros_(linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.up(F.gelu(self.down(x)))  # (..., d) -> (..., m) -> (..., d)


class AdaptedLayer(nn.Module):
    def __init__(self, layer: nn.Module, bottleneck: int) -> None:
        super().__init__()
        self.layer = layer
        weight = layer.norm_1.weight  # (d,)
        self.after_attention = Adapter(len(weight), bottleneck).to(weight)  # its dtype and device
        self.after_mlp = Adapter(len(weight), bottleneck).to(weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.layer.norm_1(x + self.after_attention(self.layer.attention(x)))
        return self.layer.norm_2(h + self.after_mlp(self.layer.mlp(h)))


def add_adapters(model: nn.Module, bottleneck: int) -> list[nn.Parameter]:
    model.requires_grad_(False)
    model.layers = nn.ModuleList(AdaptedLayer(layer, bottleneck) for layer in model.layers)
    for module in model.modules():
        if isinstance(module, Adapter | nn.LayerNorm):
            module.requires_grad_(True)
    model.head.requires_grad_(True)
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
