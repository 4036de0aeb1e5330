# All gradients as one float64 vector; gradients from torch.autograd.grad, added up by hand.
import torch
from torch.nn.functional import log_softmax


def clip_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    if not parameters:
        return torch.tensor(0.0)
    vector = torch.cat([p.grad.detach().double().flatten() for p in parameters])
    norm = vector.dot(vector).sqrt()
    if norm > max_norm:
        vector = vector * (max_norm / (norm + 1e-6))
        for p, part in zip(parameters, vector.split([p.numel() for p in parameters])):
            p.grad = part.reshape(p.shape).to(p.grad.dtype)
    return norm.float()


def train(model, micro_batches, accumulation, lr, max_norm, loss_scale=1.0):
    report = {"losses": [], "norms": []}
    trained = [p for p in model.parameters() if p.requires_grad]
    while micro_batches:
        group, micro_batches = micro_batches[:accumulation], micro_batches[accumulation:]
        count = sum(float(labels.ne(-100).sum()) for _, labels in group)
        if not count:
            continue
        sums, loss_of_group = [torch.zeros_like(p) for p in trained], 0.0
        for x, labels in group:
            counts = labels != -100
            picked = log_softmax(model(x), dim=1)[counts, labels[counts]]
            loss = -picked.sum() / count
            for total, g in zip(sums, torch.autograd.grad(loss * loss_scale, trained)):
                total += g / loss_scale
            loss_of_group += float(loss)
        for p, total in zip(trained, sums):
            p.grad = total
        report["norms"].append(float(clip_gradients(trained, max_norm)))
        report["losses"].append(loss_of_group)
        for p in trained:
            p.data = p.data - lr * p.grad
    return report
