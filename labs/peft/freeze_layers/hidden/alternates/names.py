# Works on names: a set of those that train, computed first, then applied.
import torch


def freeze(model, last):
    count = sum(1 for _ in model.layers)
    if last not in range(count + 1):
        raise ValueError(last)
    prefixes = [f"layers.{i}." for i in range(count - last, count)] + ["norm."]
    if id(model.lm_head.weight) != id(model.embed_tokens.weight):
        prefixes.append("lm_head.")
    for name, p in model.named_parameters():
        p.requires_grad_(name.startswith(tuple(prefixes)))
        if not p.requires_grad:
            p.grad = None


def make_optimizer(model, lr, weight_decay):
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    return torch.optim.AdamW(
        [{"params": [p], "weight_decay": weight_decay if len(p.shape) > 1 else 0.0} for p in trained.values()],
        lr=lr,
    )


def set_mode(model):
    for module in model.modules():
        module.training = False
    for i, layer in enumerate(model.layers):
        if next(layer.parameters()).requires_grad:
            for module in layer.modules():
                module.training = True
