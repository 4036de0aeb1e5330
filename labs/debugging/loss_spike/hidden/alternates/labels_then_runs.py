# A label for each step first, then the runs of equal labels; deque of calm losses; a table of rules.
import math
from collections import deque
from itertools import groupby


def middle(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2


def high(x, limit):
    return math.isnan(x) or math.isinf(x) or x > limit


def find_spikes(losses, window, factor):
    calm, labels = deque(maxlen=window), []
    for loss in losses:
        limit = factor * middle(calm) if len(calm) == window else math.inf
        labels.append(high(loss, limit))
        if not labels[-1]:
            calm.append(loss)
    found = []
    for label, steps in groupby(range(len(labels)), key=labels.__getitem__):
        steps = list(steps)
        if label:
            found.append((steps[0], steps[-1] + 1))
    return found


def signs(grad_norms, start, window, factor):
    earlier = [g for g in grad_norms[max(start - 2 * window, 0) : start - window] if math.isfinite(g)]
    limit = factor * middle(earlier)
    return [high(g, limit) for g in grad_norms[start - window : start + 1]]


def first_sign(grad_norms, start, window, factor):
    found = signs(grad_norms, start, window, factor)
    return start - window + found.index(True) if True in found else start


def cause(log, start, end, window, factor):
    steps = list(range(start - window + 1, start + 1))

    def jumped(t):
        return log[t]["update_norm"] > factor * middle([r["update_norm"] for r in log[t - window : t]])

    rules = {
        "optimizer-state": lambda: any(log[t]["resumed"] and jumped(t) for t in steps),
        "learning-rate": lambda: any(log[t]["lr"] / log[t - 1]["lr"] > factor for t in steps),
        "loss-scale": lambda: min(log[t]["loss_scale"] for t in steps) <= 1,
        "not-finite": lambda: any(high(r[k], math.inf) for r in log[start:end] for k in ("loss", "grad_norm")),
        "batch": lambda: any(signs([r["grad_norm"] for r in log], start, window, factor)),
    }
    return next((name for name, holds in rules.items() if holds()), "unknown")


def plan(log, checkpoints, start, end, window, factor):
    first = first_sign([r["grad_norm"] for r in log], start, window, factor)
    usable = sorted(c for c in checkpoints if c <= first)
    return {"restart": usable[-1] if usable else None, "skip": [log[t]["batch"] for t in range(first, end)]}
