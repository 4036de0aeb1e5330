# A rotation in the complex plane; the optimizer steps counted in a loop like that of a training run.
import cmath
import math


class Run:
    def __init__(self, warmup, total):
        self.warmup, self.total = warmup, total

    def height(self, step):
        """1 at the end of the warmup, 0 from the end of the run on."""
        turned = min(step, self.total) - self.warmup
        return abs(1 + cmath.exp(1j * cmath.pi * turned / (self.total - self.warmup))) ** 2 / 4


def cosine(step, peak, warmup, total, floor=0.0):
    if step in range(warmup):
        return peak * (step / warmup)
    height = Run(warmup, total).height(step)
    return peak * height + floor * (1 - height)


def deepspeed_warmup(step, low, high, warmup, kind="log"):
    if kind != "log" and kind != "linear":
        raise ValueError(f"{kind} is neither log nor linear")
    warmup = max(warmup, 2)
    gamma = 1.0
    if step < warmup:
        gamma = math.log2(1 + step) / math.log2(warmup) if kind == "log" else step / warmup
    return low + gamma * (high - low)


def rates(schedule, micro_batches, accumulation):
    used, waiting = [], 0
    for _ in range(micro_batches):
        waiting += 1
        if waiting == accumulation:
            used.append(schedule(len(used)))
            waiting = 0
    if waiting:
        used.append(schedule(len(used)))
    return used
