# killed-by: skipped-step
# mistake: step-not-skipped
# Replaces what is not finite by zero and goes on.
import torch


class LossScaler:
    def __init__(self, init_scale=2.0**16, window=1000, min_scale=1.0, hysteresis=2, consecutive_hysteresis=False):
        self.scale = init_scale
        self.window = window
        self.min_scale = min_scale
        self.hysteresis = hysteresis
        self.consecutive_hysteresis = consecutive_hysteresis
        self.left = hysteresis
        self.good = 0

    def update(self, overflow):
        if overflow:
            self.good = 0
            if self.left > 1:
                self.left -= 1
                return
            if self.scale == self.min_scale:
                raise OverflowError("the loss scale is at its minimum")
            self.scale = max(self.scale / 2, self.min_scale)
        else:
            self.good += 1
            if self.consecutive_hysteresis:
                self.left = self.hysteresis
            if self.good > 1 and (self.good - 1) % self.window == 0:
                self.scale *= 2
                self.left = self.hysteresis


def found_overflow(loss, model):
    return any(p.grad is not None and not torch.isfinite(p.grad).all() for p in model)


def step(loss, model, masters, scaler, lr, max_norm=None):
    scale = scaler.scale
    (loss * scale).backward()
    if found_overflow(loss, model):
        for p in model:
            if p.grad is not None:
                p.grad = torch.nan_to_num(p.grad, nan=0.0, posinf=0.0, neginf=0.0)
    grads = [None if p.grad is None else p.grad.float() / scale for p in model]
    for p in model:
        p.grad = None
    if max_norm is not None:
        norm = sum((g * g).sum() for g in grads if g is not None) ** 0.5
        if norm > max_norm:
            grads = [None if g is None else g * (max_norm / norm) for g in grads]
    with torch.no_grad():
        for p, m, g in zip(model, masters, grads):
            if g is None:
                continue
            m -= lr * g
            p.copy_(m)
    scaler.update(False)
    return True
