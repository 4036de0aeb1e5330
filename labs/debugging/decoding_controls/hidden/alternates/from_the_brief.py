# Written from the brief and the starter alone.
"""Decoding controls: repetition penalty, minimum length, temperature, top-k and top-p."""

import torch

LEFT_OUT = -float("inf")


def penalise(logits, ids, penalty):
    """Make the tokens that stand in `ids` less likely.

    logits: (batch, vocabulary), float32, bfloat16 or float16. ids: (batch, length), int64.
    Returns float32 (batch, vocabulary).
    """
    logits = logits.float()
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
    return torch.where(seen, torch.where(logits < 0, logits * penalty, logits / penalty), logits)


def keep_top_k(logits, k):
    """Leave out all but the k largest logits of each row. Raises ValueError where k is below 1."""
    if k < 1:
        raise ValueError(f"top_k is {k}")
    logits = logits.float()
    kth = logits.topk(min(k, logits.shape[-1])).values[:, -1:]
    return logits.masked_fill(logits < kth, LEFT_OUT)


def keep_top_p(logits, p):
    """Leave out all but the smallest set of tokens whose mass reaches p. Raises ValueError where p is not in (0, 1]."""
    if not 0 < p <= 1:
        raise ValueError(f"top_p is {p}")
    logits = logits.float()
    if p == 1:  # whatever rounding makes of the sum
        return logits.clone()
    ordered, places = logits.sort(descending=True)
    mass = ordered.softmax(-1).cumsum(-1)
    before = torch.cat([torch.zeros_like(mass[:, :1]), mass[:, :-1]], dim=-1)  # of the tokens that are more likely
    removed = torch.zeros_like(logits, dtype=torch.bool).scatter(1, places, before >= p)
    return logits.masked_fill(removed, LEFT_OUT)


def warp(logits, ids, prompt_length, eos_id, temperature=1.0, top_k=None, top_p=None, penalty=1.0, min_new_tokens=0):
    """The logits that the next token is sampled from; -inf for tokens that are left out.

    ids: (batch, length), the prompt of `prompt_length` tokens and what was generated since.
    """
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}")
    logits = penalise(logits, ids, penalty)
    if ids.shape[1] - prompt_length < min_new_tokens:
        logits[:, eos_id] = LEFT_OUT
    if temperature == 0:
        best = logits.argmax(-1, keepdim=True)
        return torch.full_like(logits, LEFT_OUT).scatter(1, best, logits.gather(1, best))
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return logits
