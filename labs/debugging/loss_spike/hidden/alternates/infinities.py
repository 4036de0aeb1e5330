# Everything that is not finite becomes plus infinity first; then plain comparisons do.
from math import inf, isfinite
from statistics import median


def tidy(values):
    return [v if isfinite(v) else inf for v in values]


def find_spikes(losses, window, factor):
    losses, calm, edges, before = tidy(losses), [], [], False
    for t, loss in enumerate([*losses, None]):
        if loss is None:
            now = False
        elif len(calm) < window:
            now = loss == inf
        else:
            now = loss > factor * median(calm[-window:])
        if now != before:
            edges.append(t)
        if not now and loss is not None:
            calm.append(loss)
        before = now
    return list(zip(edges[::2], edges[1::2]))


def raised(norms, start, window, factor):
    norms = tidy(norms)
    usual = median(n for n in norms[max(0, start - 2 * window) : start - window] if n < inf)
    return {t for t in range(start - window, start + 1) if norms[t] > factor * usual}


def first_sign(grad_norms, start, window, factor):
    return min(raised(grad_norms, start, window, factor) | {start})


def column(log, name):
    return [record[name] for record in log]


def cause(log, start, end, window, factor):
    a, b = start - window + 1, start + 1
    updates, rates = column(log, "update_norm"), column(log, "lr")
    resumes = [t for t in range(a, b) if log[t]["resumed"]]
    if [t for t in resumes if updates[t] > factor * median(updates[t - window : t])]:
        return "optimizer-state"
    if max(now / then for now, then in zip(rates[a:b], rates[a - 1 : b - 1])) > factor:
        return "learning-rate"
    if min(column(log, "loss_scale")[a:b]) <= 1.0:
        return "loss-scale"
    if inf in tidy(column(log, "loss")[start:end] + column(log, "grad_norm")[start:end]):
        return "not-finite"
    return "batch" if raised(column(log, "grad_norm"), start, window, factor) else "unknown"


def plan(log, checkpoints, start, end, window, factor):
    first = first_sign(column(log, "grad_norm"), start, window, factor)
    early = {c for c in checkpoints if c <= first}
    return dict(skip=column(log, "batch")[first:end], restart=max(early) if early else None)
