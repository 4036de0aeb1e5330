"""Counts iterations, as DeepSpeed does."""

import torch


class LossScaler:
    def __init__(self, init_scale=2.0**16, window=1000, min_scale=1.0, hysteresis=2, consecutive_hysteresis=False):
        self.scale = init_scale
        self.iteration, self.last_overflow = 0, -1
        self.window, self.least = window, min_scale
        self.shift = self.left = hysteresis
        self.consecutive = consecutive_hysteresis

    def update(self, overflow):
        if overflow:
            if self.shift == 1 or self.left == 1:
                if self.scale == self.least:
                    raise OverflowError
                self.scale = max(self.scale / 2.0, self.least)
            else:
                self.left -= 1
            self.last_overflow = self.iteration
        else:
            if self.consecutive:
                self.left = self.shift
            stable = self.iteration - self.last_overflow - 1
            if stable > 0 and stable % self.window == 0:
                self.left = self.shift
                self.scale *= 2.0
        self.iteration += 1


def step(loss, model, masters, scaler, lr, max_norm=None):
    for p in model:
        p.grad = None
    (loss.float() * scaler.scale).backward()
    with_grad = [(p, m) for p, m in zip(model, masters) if p.grad is not None]
    if any(not torch.isfinite(p.grad).all().item() for p, _ in with_grad):
        for p in model:
            p.grad = None
        scaler.update(True)
        return False
    divisor = scaler.scale
    scaler.update(False)
    for p, m in with_grad:
        m.grad = p.grad.float().div(divisor)
        p.grad = None
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_([m for _, m in with_grad], max_norm)
    for p, m in with_grad:
        m.data.sub_(m.grad, alpha=lr)
        p.data.copy_(m.data)
        m.grad = None
    return True
