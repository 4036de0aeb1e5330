"""Diagnosing a loss spike, the reference.

What to do about a spike is PaLM's practice (section 5.1): restart from a checkpoint of some 100 steps before it and
skip the batches around it. There the same batches did no harm from another checkpoint, so it takes data and state
together; what was done to the run itself (a resume without the optimizer's state, a learning rate, a loss scale) is to
be ruled out first. GLM-130B (section 3): the gradient norm moves some steps before the loss; the damage begins there.

Whether a value x is raised above a baseline b:  x is not finite, or x > factor * b.  A comparison alone lets NaN pass.
The baseline of the loss holds calm losses only. With raised ones in it, a spike that lasts becomes the normal state.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Any

Log = Sequence[dict[str, Any]]


def is_raised(x: float, baseline: float, factor: float) -> bool:
    return not math.isfinite(x) or x > factor * baseline


def find_spikes(losses: Sequence[float], window: int, factor: float) -> list[tuple[int, int]]:
    spikes: list[tuple[int, int]] = []
    calm: list[float] = []
    start = None
    for step, loss in enumerate(losses):
        baseline = statistics.median(calm[-window:]) if len(calm) >= window else math.inf
        if is_raised(loss, baseline, factor):
            start = step if start is None else start
            continue
        calm.append(loss)
        if start is not None:
            spikes.append((start, step))
            start = None
    if start is not None:  # it has not recovered
        spikes.append((start, len(losses)))
    return spikes


def raised_norms(grad_norms: Sequence[float], start: int, window: int, factor: float) -> list[int]:
    before = grad_norms[start - 2 * window : start - window]
    baseline = statistics.median([norm for norm in before if math.isfinite(norm)])
    return [step for step in range(start - window, start + 1) if is_raised(grad_norms[step], baseline, factor)]


def first_sign(grad_norms: Sequence[float], start: int, window: int, factor: float) -> int:
    return min(raised_norms(grad_norms, start, window, factor), default=start)


def lost_its_state(log: Log, step: int, window: int, factor: float) -> bool:
    # Without its moments Adam's first update has every component at the size of the learning rate.
    before = [record["update_norm"] for record in log[step - window : step]]
    return log[step]["resumed"] and is_raised(log[step]["update_norm"], statistics.median(before), factor)


def cause(log: Log, start: int, end: int, window: int, factor: float) -> str:
    recently = range(start - window + 1, start + 1)
    if any(lost_its_state(log, step, window, factor) for step in recently):
        return "optimizer-state"
    if any(log[step]["lr"] > factor * log[step - 1]["lr"] for step in recently):
        return "learning-rate"
    if any(log[step]["loss_scale"] <= 1 for step in recently):
        return "loss-scale"
    if not all(math.isfinite(record[name]) for record in log[start:end] for name in ("loss", "grad_norm")):
        return "not-finite"
    if raised_norms([record["grad_norm"] for record in log], start, window, factor):
        return "batch"
    return "unknown"


def plan(
    log: Log, checkpoints: Sequence[int], start: int, end: int, window: int, factor: float
) -> dict[str, int | list[int] | None]:
    first = first_sign([record["grad_norm"] for record in log], start, window, factor)
    return {
        "restart": max((step for step in checkpoints if step <= first), default=None),
        "skip": [record["batch"] for record in log[first:end]],
    }
