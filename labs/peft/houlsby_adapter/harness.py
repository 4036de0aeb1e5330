"""How an answer to this lab is called.

The judge runs these functions over your module and over its own, with the small encoder below; its weights come from
a seed. `adapters` is what is copied into the adapters: for each a dict of `down` (bottleneck, dim), `down_bias`
(bottleneck,), `up` (dim, bottleneck), `up_bias` (dim,).
"""

import torch
from torch import nn


class Attention(nn.Module):
    """Self-attention over the whole sequence, its output projection included. (batch, seq, dim) to the same."""

    def __init__(self, dim):
        super().__init__()
        self.qkv = nn.Linear(dim, 3 * dim)
        self.projection = nn.Linear(dim, dim)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.projection((q @ k.mT / q.shape[-1] ** 0.5).softmax(dim=-1) @ v)


class Layer(nn.Module):
    """A layer with the norms behind the sums, as in BERT."""

    def __init__(self, dim):
        super().__init__()
        self.attention = Attention(dim)
        self.norm_1 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.norm_2 = nn.LayerNorm(dim)

    def forward(self, x):
        h = self.norm_1(x + self.attention(x))
        return self.norm_2(h + self.mlp(h))


class Encoder(nn.Module):
    """`words`, `norm` behind them, `layers`, and the classifier `head`."""

    def __init__(self, dim, layers, seed=0):
        super().__init__()
        self.words = nn.Embedding(11, dim)
        self.norm = nn.LayerNorm(dim)
        self.layers = nn.ModuleList(Layer(dim) for _ in range(layers))
        self.head = nn.Linear(dim, 3)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if "norm" not in name:
                    parameter.copy_(torch.randn(parameter.shape, generator=generator) / dim**0.5)

    def forward(self, ids):
        x = self.norm(self.words(ids))
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def adapter(answer, x, values):
    """The output of one adapter for x (..., dim)."""
    return _adapter(answer, values)(x)


def adapter_gradients(answer, x, grad, values):
    """The gradients of sum(grad * output), for x and for the four tensors of an adapter."""
    made, x = _adapter(answer, values), x.clone().requires_grad_()
    made(x).backward(grad)
    down, up = made.down, made.up
    return {
        "x": x.grad,
        "down": down.weight.grad,
        "down_bias": down.bias.grad,
        "up": up.weight.grad,
        "up_bias": up.bias.grad,
    }


def new_adapter(answer, x, grad, bottleneck):
    """The output of an adapter as it was made, its number of parameters, and its first gradient for `up.weight`."""
    made = answer.Adapter(x.shape[-1], bottleneck).to(x.device)
    output = made(x)
    output.backward(grad)
    return {
        "output": output,
        "count": sum(parameter.numel() for parameter in made.parameters()),
        "up": made.up.weight.grad,
    }


def layer(answer, x, adapters, seed=0):
    """The output of one adapted layer for x (batch, seq, dim); `adapters` is a list of two."""
    plain = Encoder(x.shape[-1], 1, seed).to(device=x.device, dtype=x.dtype).layers[0]
    made = answer.AdaptedLayer(plain, len(adapters[0]["down"]))
    _set(made.after_attention, adapters[0])
    _set(made.after_mlp, adapters[1])
    return made(x)


def new_layer_dtypes(answer, x):
    """The dtypes of the parameters of both adapters in a layer of the dtype of x, without moving anything."""
    made = answer.AdaptedLayer(Encoder(x.shape[-1], 1).to(x.dtype).layers[0], 2)
    adapters = [made.after_attention, made.after_mlp]
    return sorted({str(parameter.dtype) for each in adapters for parameter in each.parameters()})


def model_logits(answer, ids, dim, layers, bottleneck, adapted=True):
    """The logits of an encoder with new adapters in it, or of the encoder alone."""
    model = Encoder(dim, layers).to(ids.device)
    if adapted:
        answer.add_adapters(model, bottleneck)
    return model(ids)


def what_trains(answer, dim, layers, bottleneck, frozen=False):
    """What trains in an encoder, and what add_adapters returned: kinds of parameters, and how many numbers of each.

    Kinds: `adapter`, `norm`, `head`, and `rest` for all others. `twice` says whether one was returned twice.
    """
    model = Encoder(dim, layers).requires_grad_(not frozen)
    kinds = {id(parameter): "rest" for parameter in model.parameters()}
    kinds |= {id(parameter): "norm" for name, parameter in model.named_parameters() if "norm" in name}
    kinds |= {id(parameter): "head" for parameter in model.head.parameters()}
    returned = list(answer.add_adapters(model, bottleneck))
    return {
        "train": _count([parameter for parameter in model.parameters() if parameter.requires_grad], kinds),
        "returned": _count(returned, kinds),
        "twice": len({id(parameter) for parameter in returned}) < len(returned),
    }


def _count(parameters, kinds):
    counts = {}
    for parameter in parameters:
        kind = kinds.get(id(parameter), "adapter")
        counts[kind] = counts.get(kind, 0) + parameter.numel()
    return dict(sorted(counts.items()))


def _adapter(answer, values):
    made = answer.Adapter(values["down"].shape[1], len(values["down"]))
    made = made.to(device=values["down"].device, dtype=values["down"].dtype)
    _set(made, values)
    return made


def _set(made, values):
    with torch.no_grad():
        made.down.weight.copy_(values["down"])
        made.down.bias.copy_(values["down_bias"])
        made.up.weight.copy_(values["up"])
        made.up.bias.copy_(values["up_bias"])
