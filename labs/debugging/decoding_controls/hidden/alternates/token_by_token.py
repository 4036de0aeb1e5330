# Python lists and sets, one row at a time.
import math

import torch


def rows(function, logits, *more):
    made = [function(row, *(m[i] for m in more)) for i, row in enumerate(logits.double().tolist())]
    return torch.tensor(made, dtype=torch.float64, device=logits.device).float()


def penalise(logits, ids, penalty):
    def one(row, text):
        said = set(text)
        return [(x * penalty if x < 0 else x / penalty) if i in said else x for i, x in enumerate(row)]

    return rows(one, logits, ids.tolist())


def keep(row, chosen):
    return [x if i in chosen else -math.inf for i, x in enumerate(row)]


def ranking(row):
    return sorted(range(len(row)), key=lambda i: -row[i])


def keep_top_k(logits, k):
    if k < 1:
        raise ValueError
    return rows(lambda row: keep(row, set(ranking(row)[:k])), logits)


def keep_top_p(logits, p):
    if not (0 < p <= 1):
        raise ValueError

    def one(row):
        largest = max(row)
        weights = [math.exp(x - largest) for x in row]
        total, mass, chosen = math.fsum(weights), 0.0, set()
        for i in ranking(row):
            if p < 1 and mass >= p:
                break
            chosen.add(i)
            mass += weights[i] / total
        return keep(row, chosen)

    return rows(one, logits)


def warp(
    logits, ids, prompt_length, eos_id, temperature=1.0, top_k=None, top_p=None, penalty=1.0, min_new_tokens=0
):
    if temperature < 0:
        raise ValueError
    logits = penalise(logits, ids, penalty)
    new = len(ids[0]) - prompt_length
    if new < min_new_tokens:
        logits[:, eos_id] = -math.inf
    if not temperature:
        return keep_top_k(logits, 1)
    logits /= temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    return logits if top_p is None else keep_top_p(logits, top_p)
