# "Not calm" as the negation of a comparison that NaN fails; infinity is cut off by its own bound; plain loops.
import statistics

LARGEST = 1.7976931348623157e308


def calm(x, bound):
    return -LARGEST <= x <= min(bound, LARGEST)


def find_spikes(losses, window, factor):
    seen, spikes, inside = [], [], False
    for t in range(len(losses)):
        bound = LARGEST
        if len(seen) >= window:
            bound = factor * statistics.median(seen[len(seen) - window :])
        if calm(losses[t], bound):
            seen.append(losses[t])
            inside = False
        elif inside:
            spikes[-1] = (spikes[-1][0], t + 1)
        else:
            spikes.append((t, t + 1))
            inside = True
    return spikes


def bound_of_norms(grad_norms, start, window, factor):
    low = start - 2 * window
    if low < 0:
        low = 0
    return factor * statistics.median(g for g in grad_norms[low : start - window] if calm(g, LARGEST))


def first_sign(grad_norms, start, window, factor):
    bound = bound_of_norms(grad_norms, start, window, factor)
    first = start
    for t in range(start, start - window - 1, -1):
        if not calm(grad_norms[t], bound):
            first = t
    return first


def cause(log, start, end, window, factor):
    for t in range(start - window + 1, start + 1):
        if log[t]["resumed"]:
            usual = statistics.median(log[s]["update_norm"] for s in range(t - window, t))
            if log[t]["update_norm"] > factor * usual:
                return "optimizer-state"
    for t in range(start - window + 1, start + 1):
        if log[t]["lr"] > factor * log[t - 1]["lr"]:
            return "learning-rate"
    for t in range(start - window + 1, start + 1):
        if log[t]["loss_scale"] <= 1:
            return "loss-scale"
    for record in log[start:end]:
        if not (calm(record["loss"], LARGEST) and calm(record["grad_norm"], LARGEST)):
            return "not-finite"
    norms = [record["grad_norm"] for record in log]
    bound = bound_of_norms(norms, start, window, factor)
    for t in range(start - window, start + 1):
        if not calm(norms[t], bound):
            return "batch"
    return "unknown"


def plan(log, checkpoints, start, end, window, factor):
    first = first_sign([record["grad_norm"] for record in log], start, window, factor)
    restart = None
    for c in checkpoints:
        if c <= first and (restart is None or c > restart):
            restart = c
    return {"restart": restart, "skip": [record["batch"] for record in log][first:end]}
