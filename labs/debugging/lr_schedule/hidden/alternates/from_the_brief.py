# Written from the brief and the starter alone.
"""Learning-rate schedules: warmup and cosine with a floor, DeepSpeed's WarmupLR."""

import math


def cosine(step, peak, warmup, total, floor=0.0):
    """The learning rate of optimizer step `step` (0, 1, ...): up to `peak` in `warmup` steps, then down to `floor`."""
    if step < warmup:
        return peak * step / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


def deepspeed_warmup(step, low, high, warmup, kind="log"):
    """The learning rate that DeepSpeed's WarmupLR sets at its `step` (0, 1, ...), from `low` to `high`.

    kind: "log" or "linear". Raises ValueError for another.
    """
    if kind not in ("log", "linear"):
        raise ValueError(f"unknown kind {kind!r}")
    warmup = max(2, warmup)
    if step >= warmup:
        return high
    fraction = math.log(step + 1) / math.log(warmup) if kind == "log" else step / warmup
    return low + (high - low) * fraction


def rates(schedule, micro_batches, accumulation):
    """The learning rate of each optimizer step while `micro_batches` micro-batches are trained on.

    schedule: a function that gives the rate of an optimizer step. There is an optimizer step after every
    `accumulation` micro-batches, and one for the rest at the end.
    """
    return [schedule(step) for step in range(-(-micro_batches // accumulation))]
