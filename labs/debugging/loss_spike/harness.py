"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. Numbers that may be NaN travel as float64 tensors;
your functions get lists of floats, and dicts for the log. `columns` holds one tensor (steps,) for each key of the log.
"""

import copy


def find_spikes(answer, losses, window, factor):
    """The pairs, as lists."""
    return [list(spike) for spike in answer.find_spikes(losses.tolist(), window, factor)]


def first_sign(answer, grad_norms, start, window, factor):
    return answer.first_sign(grad_norms.tolist(), start, window, factor)


def cause(answer, columns, start, end, window, factor):
    return answer.cause(log_of(columns), start, end, window, factor)


def plan(answer, columns, checkpoints, start, end, window, factor):
    return answer.plan(log_of(columns), checkpoints, start, end, window, factor)


def unchanged(answer, columns, checkpoints, start, end, window, factor):
    """Whether log, losses and checkpoints hold afterwards what they held before."""
    log, kept = log_of(columns), copy.deepcopy(checkpoints)
    losses, norms = columns["loss"].tolist(), columns["grad_norm"].tolist()
    answer.find_spikes(losses, window, factor)
    answer.first_sign(norms, start, window, factor)
    answer.cause(log, start, end, window, factor)
    answer.plan(log, checkpoints, start, end, window, factor)
    before = [log_of(columns), columns["loss"].tolist(), columns["grad_norm"].tolist(), kept]
    return repr([log, losses, norms, checkpoints]) == repr(before)


def log_of(columns):
    """One dict for each step."""
    lists = {name: column.tolist() for name, column in columns.items()}
    lists["resumed"] = [bool(value) for value in lists["resumed"]]
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
