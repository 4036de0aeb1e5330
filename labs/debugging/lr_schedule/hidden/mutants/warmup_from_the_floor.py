# killed-by: warmup
# mistake: warmup-off
# Rises from the floor instead of from zero.
import math


def cosine(step, peak, warmup, total, floor=0.0):
    if step < warmup:
        return floor + (peak - floor) * step / warmup
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
    return [schedule(i // accumulation) for i in range(0, micro_batches, accumulation)]
