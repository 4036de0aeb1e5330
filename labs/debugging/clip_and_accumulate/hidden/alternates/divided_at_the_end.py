# Sums of losses go backward, and the gradient is divided by tokens and scale together before it is clipped.
import torch
import torch.nn.functional as F


@torch.no_grad()
def clip_gradients(parameters, max_norm):
    grads = list(filter(lambda g: g is not None, (p.grad for p in parameters)))
    norm = torch.linalg.vector_norm(torch.tensor([0.0] + [torch.linalg.vector_norm(g.float()) for g in grads]))
    if norm > max_norm:
        scale = max_norm / (norm + 1e-6)
        for g in grads:
            g.copy_((g.float() * scale.to(g.device)).to(g.dtype))
    return norm.to(grads[0].device) if grads else norm


class Group:
    def __init__(self, model):
        self.model, self.tokens, self.loss, self.size = model, 0, 0.0, 0
        for p in model.parameters():
            p.grad = None

    def add(self, x, labels, loss_scale):
        self.size += 1
        loss = F.cross_entropy(self.model(x), labels, ignore_index=-100, reduction="none").sum()
        (loss_scale * loss).backward()
        self.tokens += int((labels >= 0).sum())
        self.loss += loss.item()


def train(model, micro_batches, accumulation, lr, max_norm, loss_scale=1.0):
    losses, norms = [], []

    def finish(group):
        if not group.tokens:
            return
        grads = [(p, p.grad) for p in model.parameters() if p.grad is not None]
        for _, g in grads:
            g /= group.tokens * loss_scale
        norms.append(clip_gradients(model.parameters(), max_norm).item())
        with torch.no_grad():
            for p, g in grads:
                p.copy_(p - lr * g)
        losses.append(group.loss / group.tokens)

    group = Group(model)
    for x, labels in micro_batches:
        if group.size == accumulation:
            finish(group)
            group = Group(model)
        group.add(x, labels, loss_scale)
    finish(group)
    return {"losses": losses, "norms": norms}
