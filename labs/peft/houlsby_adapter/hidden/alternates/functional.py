# The bottleneck written out with matrices and the error function; parameters are told apart by their names.
import math

import torch
from torch import nn


class Adapter(nn.Module):
    def __init__(self, dim: int, bottleneck: int):
        super().__init__()
        self.down, self.up = nn.Linear(dim, bottleneck), nn.Linear(bottleneck, dim)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.uniform_(-0.015, 0.015) if "weight" in name else parameter.zero_()

    def forward(self, x):
        z = torch.einsum("...d,md->...m", x, self.down.weight) + self.down.bias
        z = z * 0.5 * (1 + torch.erf(z / math.sqrt(2)))
        return torch.einsum("...m,dm->...d", z, self.up.weight) + self.up.bias + x


class AdaptedLayer(nn.Module):
    def __init__(self, layer, bottleneck: int):
        super().__init__()
        like = next(layer.parameters())
        (dim,) = layer.norm_2.normalized_shape
        self.add_module("inner", layer)
        self.after_attention = Adapter(dim, bottleneck).to(like.device, like.dtype)
        self.after_mlp = Adapter(dim, bottleneck).to(like.device, like.dtype)

    def forward(self, x):
        inner = self.inner
        for sublayer, adapter, norm in (
            (inner.attention, self.after_attention, inner.norm_1),
            (inner.mlp, self.after_mlp, inner.norm_2),
        ):
            x = norm(x + adapter(sublayer(x)))
        return x


def add_adapters(model, bottleneck):
    norms = {id(p) for m in model.modules() if type(m) is nn.LayerNorm for p in m.parameters()}
    heads = {id(p) for p in model.head.parameters()}
    old = list(model.parameters())
    for index in range(len(model.layers)):
        model.layers[index] = AdaptedLayer(model.layers[index], bottleneck)
    for p in old:
        p.requires_grad_(id(p) in norms | heads)
    return [p for p in model.parameters() if p.requires_grad]
