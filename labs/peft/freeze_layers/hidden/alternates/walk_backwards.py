# Goes through the layers from the last to the first; optimizer groups by add_param_group.
import torch


def freeze(model, last):
    if last < 0:
        raise ValueError("negative")
    if last > len(model.layers):
        raise ValueError("too many")
    for i, layer in enumerate(reversed(model.layers)):
        layer.requires_grad_(i < last)
    tied = model.lm_head.weight is model.embed_tokens.weight
    model.norm.requires_grad_(True)
    model.embed_tokens.requires_grad_(False)
    if not tied:
        model.lm_head.requires_grad_(True)
    for p in model.parameters():
        p.grad = p.grad if p.requires_grad else None


def make_optimizer(model, lr, weight_decay):
    trained = [p for p in model.parameters() if p.requires_grad]
    vectors = [p for p in trained if p.ndim == 1]
    matrices = [p for p in trained if p.ndim > 1]
    optimizer = torch.optim.AdamW(vectors, lr=lr, weight_decay=0.0)
    if matrices:
        optimizer.add_param_group({"params": matrices, "weight_decay": weight_decay})
    return optimizer


def set_mode(model):
    model.train()
    model.drop.eval()
    for layer in model.layers:
        trains = all(p.requires_grad for p in layer.parameters())
        layer.train(trains)
