"""How an answer to this lab is called.

The judge runs these functions over your functions and over its own. The model is the small decoder below. `**shape`
says how it is made:

    layers, hidden     whole numbers
    tied               whether the head's weight is the embedding's own parameter
    seed               of all its weights
"""

import torch
from torch import nn
from torch.nn import functional as F

VOCAB = 11


class Observer(nn.Module):
    """Passes activations on; in training mode it keeps a running mean of their size, as for quantisation."""

    def __init__(self):
        super().__init__()
        self.register_buffer("size", torch.zeros(()))

    def forward(self, x):
        if self.training:
            self.size.lerp_(x.detach().abs().mean(), 0.1)
        return x


class Layer(nn.Module):
    def __init__(self, hidden, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.up = nn.Linear(hidden, hidden)
        self.dropout = nn.Dropout(dropout)
        self.observer = Observer()

    def forward(self, x):
        return x + self.observer(self.dropout(torch.tanh(self.up(self.norm(x.cumsum(dim=1))))))


class Decoder(nn.Module):
    def __init__(self, layers=3, hidden=4, tied=False, dropout=0.0):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCAB, hidden)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList([Layer(hidden, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(hidden)
        self.lm_head = nn.Linear(hidden, VOCAB, bias=False)
        if tied:
            self.lm_head.weight = self.embed_tokens.weight

    def forward(self, ids):
        x = self.drop(self.embed_tokens(ids))
        for layer in self.layers:
            x = layer(x)
        return self.lm_head(self.norm(x))


def what_trains(answer, last, frozen=False, **shape):
    """The names of the parameters that train after freeze; all may have been frozen before."""
    model = _model(**shape).requires_grad_(not frozen)
    answer.freeze(model, last)
    return _trained(model)


def what_trains_then(answer, lasts, **shape):
    """The same after freeze has been called with one number after the other."""
    model = _model(**shape)
    for last in lasts:
        answer.freeze(model, last)
    return _trained(model)


def refused(answer, last, **shape):
    """Whether freeze raises ValueError."""
    try:
        answer.freeze(_model(**shape), last)
    except ValueError:
        return True
    return False


def gradients(answer, ids, last, leftover=False, **shape):
    """Every parameter's gradient after one backward pass, or None; `leftover`: the model had gradients before."""
    model = _model(**shape).to(ids.device)
    if leftover:
        _loss(model, ids).backward()
    answer.freeze(model, last)
    left = sorted(name for name, p in model.named_parameters() if not p.requires_grad and p.grad is not None)
    model.zero_grad()
    _loss(model, ids).backward()
    return {"left": left, "grads": {name: p.grad for name, p in model.named_parameters()}}


def optimized(answer, last, lr, weight_decay, **shape):
    """The optimizer's parameters by name, as often as it has them, and the settings of each."""
    model = _model(**shape)
    answer.freeze(model, last)
    optimizer = answer.make_optimizer(model, lr, weight_decay)
    names = {id(p): name for name, p in model.named_parameters()}
    held = [(names.get(id(p), "?"), group) for group in optimizer.param_groups for p in group["params"]]
    settings = {name: [float(group["lr"]), float(group["weight_decay"])] for name, group in held}
    return {"names": sorted(name for name, _ in held), "settings": settings}


def state_after_steps(answer, ids, last, lr, weight_decay, steps, **shape):
    """All parameters and buffers before and after some steps. The model had been trained as a whole before."""
    model = _model(**shape).to(ids.device)
    _loss(model, ids).backward()
    answer.freeze(model, last)
    optimizer = answer.make_optimizer(model, lr, weight_decay)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.grad = None
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for _ in range(steps):
        model.train()
        answer.set_mode(model)
        _loss(model, ids).backward()
        optimizer.step()
        optimizer.zero_grad()
    return {"before": before, "after": dict(model.state_dict())}


def modes(answer, last, training=True, **shape):
    """Which modules are in training mode after set_mode; before it the whole model was, or was not."""
    model = _model(**shape)
    answer.freeze(model, last)
    model.train(training)
    answer.set_mode(model)
    judged = [("drop", model.drop), *model.layers.named_modules(prefix="layers")]
    return {name: module.training for name, module in judged if name != "layers"}


def _trained(model):
    return sorted(name for name, parameter in model.named_parameters() if parameter.requires_grad)


def _loss(model, ids):
    return F.cross_entropy(model(ids)[:, :-1].flatten(0, 1), ids[:, 1:].flatten())


def _model(seed=0, **shape):
    model = Decoder(**shape)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return model
