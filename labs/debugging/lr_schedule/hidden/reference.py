"""Learning-rate schedules, the reference.

Warmup, then half a cosine (Loshchilov and Hutter, "SGDR", arXiv:1608.03983, equation 5, without restarts), as in
transformers' get_cosine_with_min_lr_schedule_with_warmup. With s the optimizer step, counted from 0:

    s < warmup:            lr = peak * s / warmup
    warmup <= s < total:   lr = floor + (peak - floor) * (1 + cos(pi * (s - warmup) / (total - warmup))) / 2
    total <= s:            lr = floor

The progress runs over what is left after the warmup: over all steps, the rate would jump where the two meet. The
floor is where the curve ends, not what cuts it off.

DeepSpeed's WarmupLR (deepspeed/runtime/lr_schedules.py), with n = max(2, warmup):

    s < n:    lr = low + (high - low) * ln(s + 1) / ln(n)    or, linear,    low + (high - low) * s / n
    n <= s:   lr = high
"""

import math
from collections.abc import Callable


def cosine(step: int, peak: float, warmup: int, total: int, floor: float = 0.0) -> float:
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))  # after the end the cosine would rise again
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


def deepspeed_warmup(step: int, low: float, high: float, warmup: int, kind: str = "log") -> float:
    n = max(2, warmup)  # ln(1) is zero
    if kind == "log":
        fraction = math.log(step + 1) / math.log(n)
    elif kind == "linear":
        fraction = step / n
    else:
        raise ValueError(f"unknown kind {kind!r}")
    return high if step >= n else low + (high - low) * fraction


def rates(schedule: Callable[[int], float], micro_batches: int, accumulation: int) -> list[float]:
    # A schedule counts optimizer steps: one that is advanced with each micro-batch ends `accumulation` times too early.
    return [schedule(step) for step in range(math.ceil(micro_batches / accumulation))]
