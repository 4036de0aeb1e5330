"""torch's SGD takes the step over the masters; the scaler keeps its whole history and derives from it."""

import torch


class LossScaler:
    def __init__(self, init_scale=2.0**16, window=1000, min_scale=1.0, hysteresis=2, consecutive_hysteresis=False):
        self.scale = float(init_scale)
        self.window, self.min_scale = window, min_scale
        self.hysteresis, self.consecutive = hysteresis, consecutive_hysteresis
        self.run = []
        self.credit = hysteresis - 1

    def update(self, overflow):
        if overflow:
            self.run = []
            if self.credit:
                self.credit -= 1
            else:
                if self.scale == self.min_scale:
                    raise OverflowError("loss scale")
                self.scale /= 2
                if self.scale < self.min_scale:
                    self.scale = self.min_scale
        else:
            self.run.append(True)
            due = len(self.run) >= self.window + 1 and len(self.run) % self.window == 1 % self.window
            if self.consecutive or due:
                self.credit = self.hysteresis - 1
            self.scale *= 2 if due else 1


@torch.no_grad()
def step(loss, model, masters, scaler, lr, max_norm=None):
    with torch.enable_grad():
        torch.mul(loss, scaler.scale).backward()
    optimizer = torch.optim.SGD(masters, lr=lr)
    bad = torch.zeros((), dtype=torch.bool)
    for parameter, master in zip(model, masters):
        if parameter.grad is not None:
            bad = bad | parameter.grad.isnan().any() | parameter.grad.isinf().any()
            master.grad = parameter.grad.to(torch.float32) * (1 / scaler.scale)
            parameter.grad = None
    if not bad:
        if max_norm is not None:
            squares = [m.grad.square().sum() for m in masters if m.grad is not None]
            norm = torch.stack(squares).sum().sqrt()
            for m in masters:
                if m.grad is not None:
                    m.grad *= torch.clamp(max_norm / (norm + 1e-6), max=1.0)
        optimizer.step()
        for parameter, master in zip(model, masters):
            parameter.copy_(master)
    optimizer.zero_grad(set_to_none=True)
    scaler.update(bool(bad))
    return not bool(bad)
