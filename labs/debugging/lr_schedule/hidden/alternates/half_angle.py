# The square of the cosine of half the angle; the fraction of the warmup as a logarithm to the base n.
from itertools import count, takewhile
from math import cos, log, pi


def cosine(step, peak, warmup, total, floor=0.0):
    if warmup > step:
        return step * (peak / warmup)
    left = max(total - step, 0) / (total - warmup)  # 1 at the end of the warmup, 0 at the end
    return peak * cos(pi / 2 * (1 - left)) ** 2 + floor * cos(pi / 2 * left) ** 2


def deepspeed_warmup(step, low, high, warmup, kind="log"):
    n = warmup if warmup > 1 else 2
    fraction = {"log": lambda: log(step + 1, n), "linear": lambda: step / n}.get(kind)
    if fraction is None:
        raise ValueError(kind)
    share = min(1, fraction())
    return high * share + low * (1 - share)


def rates(schedule, micro_batches, accumulation):
    return [schedule(s) for s in takewhile(lambda s: s * accumulation < micro_batches, count())]
