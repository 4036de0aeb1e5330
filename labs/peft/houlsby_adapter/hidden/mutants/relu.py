# killed-by: non-linear
# mistake: not-gelu
# ReLU instead of GELU.
import torch
from torch import nn


class Adapter(nn.Module):
    def __init__(self, dim, bottleneck):
        super().__init__()
        self.down = nn.Linear(dim, bottleneck)
        self.act = nn.ReLU()
        self.up = nn.Linear(bottleneck, dim)
        nn.init.normal_(self.down.weight, std=0.01)
        nn.init.normal_(self.up.weight, std=0.01)
        nn.init.zeros_(self.down.bias)
        nn.init.zeros_(self.up.bias)

    def forward(self, x):
        h = self.act(self.down(x))
        return x + self.up(h)


class AdaptedLayer(nn.Module):
    def __init__(self, layer, bottleneck):
        super().__init__()
        self.layer = layer
        norm = layer.norm_1.weight
        dim = norm.shape[0]
        self.after_attention = Adapter(dim, bottleneck).to(device=norm.device, dtype=norm.dtype)
        self.after_mlp = Adapter(dim, bottleneck).to(device=norm.device, dtype=norm.dtype)

    def forward(self, x):
        a = self.after_attention(self.layer.attention(x))
        h = self.layer.norm_1(x + a)
        m = self.after_mlp(self.layer.mlp(h))
        return self.layer.norm_2(h + m)


def add_adapters(model, bottleneck):
    for p in model.parameters():
        p.requires_grad = False
    for i, layer in enumerate(model.layers):
        model.layers[i] = AdaptedLayer(layer, bottleneck)
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            for p in module.parameters():
                p.requires_grad = True
    for p in model.head.parameters():
        p.requires_grad = True
    return [p for p in model.parameters() if p.requires_grad]
