"""Dynamic loss scaling, the reference.

Paulius Micikevicius et al., "Mixed Precision Training", arXiv:1710.03740, sections 3.1 and 3.2: masters in float32, and

    gradients = d (scale * loss) / d weights        in float16
    masters  -= lr * float32(gradients) / scale     or nothing, where a gradient is not finite
    weights   = float16(masters)

The rules for the scale are those of DeepSpeed 0.19.8, `DynamicLossScaler` in runtime/fp16/loss_scaler.py. The first
`hysteresis - 1` overflows cost the scale nothing; each further one halves it. It doubles when `window` good steps have
followed the first good one, and every `window` good steps from there.
"""

import torch


class LossScaler:
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
        self.patience = hysteresis  # how many overflows from here on until the scale falls
        self.followed = -1  # good steps behind the first good one since the last overflow

    def update(self, overflow: bool) -> None:
        if overflow:
            self.followed = -1
            if self.patience > 1:
                self.patience -= 1
            elif self.scale <= self.min_scale:
                raise OverflowError("gradients overflow at the smallest loss scale")
            else:
                self.scale = max(self.scale / 2, self.min_scale)
            return
        self.followed += 1
        grows = self.followed > 0 and self.followed % self.window == 0
        if grows:
            self.scale *= 2
        if grows or self.consecutive_hysteresis:
            self.patience = self.hysteresis


def step(loss, model, masters, scaler, lr, max_norm=None):
    scale = scaler.scale  # that of this step, whatever update makes of it
    (loss * scale).backward()
    # In float32 before they are divided: in float16 small gradients would vanish again.
    gradients = [None if p.grad is None else p.grad.float() / scale for p in model]
    for parameter in model:
        parameter.grad = None

    present = [g for g in gradients if g is not None]
    overflow = not all(g.isfinite().all() for g in present)
    scaler.update(overflow)
    if overflow:
        return False
    if max_norm is not None:
        norm = torch.cat([g.flatten() for g in present]).norm()  # of all parameters together
        for gradient in present:
            gradient.mul_((max_norm / norm).clamp(max=1))
    with torch.no_grad():
        for parameter, master, gradient in zip(model, masters, gradients, strict=True):
            if gradient is not None:
                master.sub_(lr * gradient)
                parameter.copy_(master)  # float32 -> float16
    return True
