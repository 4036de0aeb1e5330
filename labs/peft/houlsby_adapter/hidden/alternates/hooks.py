# The adapters act through hooks on the frozen sublayers, so that the layer's own forward does the rest.
import torch
from torch import nn


class Adapter(nn.Module):
    def __init__(self, dim, bottleneck):
        super().__init__()
        self.down = nn.Linear(dim, bottleneck)
        self.up = nn.Linear(bottleneck, dim)
        nn.init.normal_(self.down.weight, std=0.02)
        nn.init.zeros_(self.up.weight)  # exactly the identity; `up` learns first
        nn.init.zeros_(self.down.bias)
        nn.init.zeros_(self.up.bias)

    def forward(self, x):
        return torch.add(self.up(nn.functional.gelu(self.down(x))), x)


class AdaptedLayer(nn.Module):
    def __init__(self, layer, bottleneck):
        super().__init__()
        self.wrapped = layer
        weight = layer.norm_1.weight
        self.after_attention = Adapter(weight.numel(), bottleneck).to(weight.device, weight.dtype)
        self.after_mlp = Adapter(weight.numel(), bottleneck).to(weight.device, weight.dtype)
        layer.attention.register_forward_hook(lambda module, args, output: self.after_attention(output))
        layer.mlp.register_forward_hook(lambda module, args, output: self.after_mlp(output))

    def forward(self, x):
        return self.wrapped(x)


def add_adapters(model, bottleneck):
    model.requires_grad_(False)
    trained = list(model.head.parameters())
    for module in list(model.modules()):
        if isinstance(module, nn.LayerNorm):
            trained.extend(module.parameters())
    for name, layer in list(model.layers.named_children()):
        adapted = AdaptedLayer(layer, bottleneck)
        setattr(model.layers, name, adapted)
        trained.extend(adapted.after_attention.parameters())
        trained.extend(adapted.after_mlp.parameters())
    for parameter in trained:
        parameter.requires_grad = True
    return trained
