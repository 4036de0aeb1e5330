# killed-by: optimizer-steps
# mistake: micro-batches-counted
# A last group that is not full gets no step.
import math


def cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


def deepspeed_warmup(step, low, high, warmup, kind="log"):
    if kind not in ("log", "linear"):
        raise ValueError(f"unknown kind {kind!r}")
    n = max(2, warmup)
    if step >= n:
        return high
    fraction = math.log(step + 1) / math.log(n) if kind == "log" else step / n
    return low + (high - low) * fraction


def rates(schedule, micro_batches, accumulation):
    return [schedule(i) for i in range(micro_batches // accumulation)]
