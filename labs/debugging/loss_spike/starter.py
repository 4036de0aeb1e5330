"""Finds spikes of the loss in a training log, names a cause and plans the restart. It runs, and it is broken."""

import statistics


def find_spikes(losses, window, factor):
    """The spikes of the loss: pairs (start, end) of steps, without `end`."""
    spikes, start = [], None
    for step, loss in enumerate(losses):
        baseline = statistics.median(losses[max(0, step - window) : step] or [loss])
        if loss > factor * baseline:
            start = step if start is None else start
        elif start is not None:
            spikes.append((start, step))
            start = None
    return spikes


def first_sign(grad_norms, start, window, factor):
    """The earliest step before the spike, or at it, at which the gradient norm is raised; `start` if there is none."""
    baseline = statistics.median(grad_norms[max(0, start - 2 * window) : start - window])
    step = start
    while step > start - window and grad_norms[step - 1] > factor * baseline:
        step -= 1
    return step


def cause(log, start, end, window, factor):
    """What the log says of the cause: "optimizer-state", "learning-rate", "loss-scale", "not-finite", "batch" or
    "unknown"."""
    grad_norms = [record["grad_norm"] for record in log]
    if max(grad_norms[start - window : start + 1]) > factor * statistics.median(grad_norms):
        return "batch"
    for step in range(start - window + 1, start + 1):
        if log[step]["resumed"]:
            return "optimizer-state"
        if log[step]["lr"] > factor * log[step - 1]["lr"]:
            return "learning-rate"
        if log[step]["loss_scale"] <= 1:
            return "loss-scale"
    return "unknown"


def plan(log, checkpoints, start, end, window, factor):
    """Where to restart and which batches to leave out: {"restart": a step or None, "skip": a list of batch ids}."""
    earlier = [step for step in checkpoints if step <= start]
    return {
        "restart": max(earlier) if earlier else None,
        "skip": [record["batch"] for record in log[start:end]],
    }
