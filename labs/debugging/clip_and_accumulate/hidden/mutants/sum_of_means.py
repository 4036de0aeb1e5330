# killed-by: token-mean
# mistake: not-a-token-mean
# Lets the means of the micro-batches add up, without dividing by their number.
import torch
import torch.nn.functional as F

IGNORED = -100


def clip_gradients(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        return torch.zeros(())
    norm = torch.stack([g.float().norm() for g in gradients]).norm()
    factor = min(1.0, max_norm / (norm.item() + 1e-6))
    for g in gradients:
        g.mul_(factor)
    return norm


def train(model, micro_batches, accumulation, lr, max_norm, loss_scale=1.0):
    losses, norms = [], []
    for start in range(0, len(micro_batches), accumulation):
        group = micro_batches[start : start + accumulation]
        tokens = sum(int((labels != IGNORED).sum()) for _, labels in group)
        if tokens == 0:
            continue
        model.zero_grad()
        total = 0.0
        for x, labels in group:
            if (labels == IGNORED).all():
                continue
            loss = F.cross_entropy(model(x), labels, ignore_index=IGNORED)
            (loss * loss_scale).backward()
            total += loss.item()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.grad /= loss_scale
            norm = clip_gradients(model.parameters(), max_norm)
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(total)
        norms.append(norm.item())
    return {"losses": losses, "norms": norms}
