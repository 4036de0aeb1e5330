# Drops every gradient at once, and remembers nothing: what trains is read off requires_grad.
import torch
from torch import nn


def freeze(model: nn.Module, last: int) -> None:
    layers = list(model.layers)
    if not isinstance(last, int) or not (0 <= last <= len(layers)):
        raise ValueError(f"cannot train {last} layers")
    model.zero_grad(set_to_none=True)
    model.requires_grad_(False)
    start = len(layers) - last
    nn.ModuleList(layers[start:] + [model.norm]).requires_grad_()
    head = model.lm_head.weight
    head.requires_grad = head.data_ptr() != model.embed_tokens.weight.data_ptr()


def make_optimizer(model, lr, weight_decay):
    by_kind = {True: [], False: []}
    for p in filter(lambda p: p.requires_grad, model.parameters()):
        by_kind[p.dim() > 1].append(p)
    groups = [dict(params=ps, weight_decay=weight_decay * is_matrix) for is_matrix, ps in by_kind.items() if ps]
    return torch.optim.AdamW(groups, lr=lr, foreach=False)


def set_mode(model):
    model.train(False)
    [layer.train() for layer in model.layers if layer.up.weight.requires_grad]
