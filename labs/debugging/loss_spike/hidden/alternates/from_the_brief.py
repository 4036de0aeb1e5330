# Written from the brief and the starter alone.
"""Finds spikes of the loss in a training log, names a cause and plans the restart."""

import math
import statistics


def raised(x, baseline, factor):
    """Whether a value is not finite, or far above its baseline."""
    return not math.isfinite(x) or x > factor * baseline


def grad_baseline(grad_norms, start, window):
    """The median of the finite gradient norms well before a spike; without any nothing finite is raised."""
    earlier = grad_norms[max(0, start - 2 * window) : max(0, start - window)]
    return statistics.median([norm for norm in earlier if math.isfinite(norm)] or [math.inf])


def find_spikes(losses, window, factor):
    """The spikes of the loss: pairs (start, end) of steps, without `end`."""
    spikes, start, calm = [], None, []
    for step, loss in enumerate(losses):
        baseline = statistics.median(calm[-window:]) if len(calm) >= window else math.inf
        if raised(loss, baseline, factor):
            start = step if start is None else start
            continue
        calm.append(loss)
        if start is not None:
            spikes.append((start, step))
            start = None
    if start is not None:
        spikes.append((start, len(losses)))
    return spikes


def first_sign(grad_norms, start, window, factor):
    """The earliest step before the spike, or at it, at which the gradient norm is raised; `start` if there is none."""
    baseline = grad_baseline(grad_norms, start, window)
    for step in range(max(0, start - window), start + 1):
        if raised(grad_norms[step], baseline, factor):
            return step
    return start


def cause(log, start, end, window, factor):
    """What the log says of the cause: "optimizer-state", "learning-rate", "loss-scale", "not-finite", "batch" or
    "unknown"."""
    grad_norms = [record["grad_norm"] for record in log]
    recent = range(max(1, start - window + 1), start + 1)
    for step in recent:
        if log[step]["resumed"]:
            before = statistics.median(record["update_norm"] for record in log[max(0, step - window) : step])
            if raised(log[step]["update_norm"], before, factor):
                return "optimizer-state"
    if any(log[step]["lr"] > factor * log[step - 1]["lr"] for step in recent):
        return "learning-rate"
    if any(log[step]["loss_scale"] <= 1 for step in recent):
        return "loss-scale"
    if not all(math.isfinite(record[key]) for record in log[start:end] for key in ("loss", "grad_norm")):
        return "not-finite"
    baseline = grad_baseline(grad_norms, start, window)
    if any(raised(norm, baseline, factor) for norm in grad_norms[max(0, start - window) : start + 1]):
        return "batch"
    return "unknown"


def plan(log, checkpoints, start, end, window, factor):
    """Where to restart and which batches to leave out: {"restart": a step or None, "skip": a list of batch ids}."""
    sign = first_sign([record["grad_norm"] for record in log], start, window, factor)
    return {
        "restart": max((step for step in checkpoints if step <= sign), default=None),
        "skip": [record["batch"] for record in log[sign:end]],
    }
