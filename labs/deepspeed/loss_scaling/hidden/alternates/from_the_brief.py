# Written from the brief and the starter alone.
"""Mixed-precision training in float16: a dynamic loss scale as in DeepSpeed, and a step that uses it."""

import torch
from torch import nn


class LossScaler:
    """A loss scale that falls when gradients overflow and rises when they have not for a while."""

    scale: float

    def __init__(
        self,
        init_scale: float = 2.0**16,
        window: int = 1000,
        min_scale: float = 1.0,
        hysteresis: int = 2,
        consecutive_hysteresis: bool = False,
    ) -> None:
        self.scale = init_scale
        self.window = window
        self.min_scale = min_scale
        self.hysteresis = hysteresis
        self.consecutive_hysteresis = consecutive_hysteresis
        self.tolerance = hysteresis
        self.good_steps = 0

    def update(self, overflow: bool) -> None:
        """Adapt the scale after a step. Raises OverflowError where it can fall no further."""
        if overflow:
            self.good_steps = 0
            if self.tolerance > 1:
                self.tolerance -= 1
            elif self.scale == self.min_scale:
                raise OverflowError(f"gradients overflow at the smallest loss scale, {self.min_scale}")
            else:
                self.scale = max(self.scale / 2, self.min_scale)
            return
        self.good_steps += 1
        if self.consecutive_hysteresis:
            self.tolerance = self.hysteresis
        if self.good_steps > 1 and (self.good_steps - 1) % self.window == 0:
            self.scale *= 2
            self.tolerance = self.hysteresis


def step(
    loss: torch.Tensor,
    model: list[nn.Parameter],
    masters: list[torch.Tensor],
    scaler: LossScaler,
    lr: float,
    max_norm: float | None = None,
) -> bool:
    """One step of plain gradient descent. Returns whether it was taken; it is skipped on overflow.

    loss: () in float32, not scaled. model: parameters in float16. masters: the same shapes in float32; they change in
    place.
    """
    scale = scaler.scale
    try:
        (loss * scale).backward()
        with torch.no_grad():
            pairs = [(p, master) for p, master in zip(model, masters, strict=True) if p.grad is not None]
            if not all(p.grad.isfinite().all() for p, _ in pairs):
                scaler.update(True)
                return False
            grads = [p.grad.float() / scale for p, _ in pairs]
            if max_norm is not None:
                norm = sum(g.double().square().sum().item() for g in grads) ** 0.5
                if norm > max_norm:
                    grads = [g * (max_norm / norm) for g in grads]
            for (p, master), grad in zip(pairs, grads, strict=True):
                master.sub_(grad, alpha=lr)
                p.copy_(master)
        scaler.update(False)
        return True
    finally:
        for p in model:
            p.grad = None
