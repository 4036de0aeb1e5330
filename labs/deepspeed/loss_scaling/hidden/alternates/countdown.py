"""A countdown to the next growth, gradients from autograd.grad in float64."""

import math

import torch


class LossScaler:
    def __init__(self, init_scale=65536.0, window=1000, min_scale=1.0, hysteresis=2, consecutive_hysteresis=False):
        self.exponent_of_two = init_scale
        self.options = (window, min_scale, hysteresis, consecutive_hysteresis)
        self.until_growth = window + 1
        self.forgiven = 0

    @property
    def scale(self):
        return self.exponent_of_two

    def update(self, overflow):
        window, least, hysteresis, consecutive = self.options
        if not overflow:
            self.until_growth -= 1
            if consecutive:
                self.forgiven = 0
            if self.until_growth == 0:
                self.until_growth, self.forgiven = window, 0
                self.exponent_of_two = 2 * self.exponent_of_two
            return
        self.until_growth = window + 1
        if self.forgiven < hysteresis - 1:
            self.forgiven += 1
            return
        if math.isclose(self.exponent_of_two, least):
            raise OverflowError(f"scale {least}")
        self.exponent_of_two = max(least, self.exponent_of_two / 2)


def step(loss, model, masters, scaler, lr, max_norm=None):
    scale = scaler.scale
    grads = torch.autograd.grad(loss * scale, model, allow_unused=True)
    pairs = [(p, m, g.double() / scale) for p, m, g in zip(model, masters, grads) if g is not None]
    total = sum(float((g * g).sum()) for _, _, g in pairs)
    good = math.isfinite(total)
    scaler.update(not good)
    if good:
        factor = 1.0
        if max_norm is not None and math.sqrt(total) > max_norm:
            factor = max_norm / math.sqrt(total)
        for p, m, g in pairs:
            with torch.no_grad():
                m.copy_((m.double() - lr * factor * g).float())
                p.copy_(m.half())
    return good
