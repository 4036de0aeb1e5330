# The library's way: sort upwards and cut the tail; gather, change and scatter the seen logits; a table of steps.
import torch


def penalise(logits, ids, penalty):
    scores = logits.to(torch.float32)
    seen = scores.gather(1, ids)
    return scores.scatter(1, ids, torch.where(seen < 0, seen * penalty, seen / penalty))


def keep_top_k(logits, k):
    if k <= 0:
        raise ValueError("k")
    scores = logits.to(torch.float32)
    out = torch.full_like(scores, float("-inf"))
    best = scores.topk(min(k, scores.size(1)))
    return out.scatter(1, best.indices, best.values)


def keep_top_p(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("p")
    scores = logits.to(torch.float32)
    if p == 1:
        return scores.clone()
    ascending, indices = torch.sort(scores)
    tail = ascending.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    tail[..., -1] = False
    return scores.masked_fill(tail.scatter(1, indices, tail), float("-inf"))


def warp(
    logits, ids, prompt_length, eos_id, temperature=1.0, top_k=None, top_p=None, penalty=1.0, min_new_tokens=0
):
    if temperature < 0:
        raise ValueError("temperature")
    scores = penalise(logits, ids, penalty)
    if ids.size(1) < prompt_length + min_new_tokens:
        scores = scores.index_fill(1, torch.tensor([eos_id], device=scores.device), float("-inf"))
    steps = [lambda s: s / temperature]
    if top_k is not None:
        steps.append(lambda s: keep_top_k(s, top_k))
    if top_p is not None:
        steps.append(lambda s: keep_top_p(s, top_p))
    if temperature == 0:
        steps = [lambda s: keep_top_k(s, 1)]
    for step in steps:
        scores = step(scores)
    return scores
