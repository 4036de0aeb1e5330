# Computes every adapter in float64 and rounds once; subclasses nn.Sequential.
import torch
from torch import nn


class Adapter(nn.Sequential):
    def __init__(self, dim, bottleneck):
        super().__init__()
        self.down = nn.Linear(dim, bottleneck)
        self.up = nn.Linear(bottleneck, dim)
        for name, value in self.state_dict().items():
            if name.endswith("bias"):
                value.fill_(0.0)
            else:
                value.copy_(torch.randn(value.shape) * 1e-3)

    def forward(self, x):
        inner = x.double() @ self.down.weight.double().T + self.down.bias.double()
        inner = nn.functional.gelu(inner)
        outer = inner @ self.up.weight.double().T + self.up.bias.double()
        return (x.double() + outer).to(x.dtype)


class AdaptedLayer(nn.Module):
    def __init__(self, layer, bottleneck):
        super().__init__()
        self.attention, self.mlp, self.norm_1, self.norm_2 = layer.attention, layer.mlp, layer.norm_1, layer.norm_2
        self.after_attention = Adapter(layer.norm_1.weight.shape[0], bottleneck).to(layer.norm_1.weight)
        self.after_mlp = Adapter(layer.norm_2.weight.shape[0], bottleneck).to(layer.norm_2.weight)

    def forward(self, x):
        h = self.norm_1(self.after_attention(self.attention(x)) + x)
        return self.norm_2(self.after_mlp(self.mlp(h)) + h)


def add_adapters(model, bottleneck):
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.layers = nn.ModuleList([AdaptedLayer(layer, bottleneck) for layer in model.layers])
    found = {}
    for module in model.modules():
        if isinstance(module, (Adapter, nn.LayerNorm)) or module is model.head:
            for parameter in module.parameters():
                parameter.requires_grad = True
                found[parameter] = None
    return list(found)
