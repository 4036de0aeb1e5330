"""Decoding controls, the reference.

A token is drawn from p_i = exp(l_i / T) / sum_j exp(l_j / T) over the tokens that the controls leave. The order is
that of transformers (generation/logits_process.py; GenerationMixin._get_logits_processor in generation/utils.py): first
what must not be said (repetition penalty, minimum length), then the shape of the distribution (T, top-k, top-p).

Repetition penalty (CTRL, section 4.1) after transformers' correction: dividing a negative logit would raise it.
Top-p (Holtzman et al., section 3.1) keeps the smallest set of tokens whose mass is at least p: the token that reaches p
belongs to it. Its mass is that of the distribution which is sampled, so temperature and top-k come first.
"""

import torch

LEFT_OUT = -float("inf")


def penalise(logits: torch.Tensor, ids: torch.Tensor, penalty: float) -> torch.Tensor:
    logits = logits.float()
    # (batch, length) ids -> (batch, vocabulary) marks: a token that stands there twice is marked once.
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
    lowered = torch.minimum(logits * penalty, logits / penalty)  # below 0 the product, else the quotient
    return torch.where(seen, lowered, logits)


def keep_top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    if k < 1:
        raise ValueError(f"top_k is {k}")
    logits = logits.float()
    kth = logits.topk(min(k, logits.shape[-1])).values[:, -1:]  # (batch, k) -> (batch, 1): the smallest that stays
    return logits.masked_fill(logits < kth, LEFT_OUT)


def keep_top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    if not 0 < p <= 1:
        raise ValueError(f"top_p is {p}")
    logits = logits.float()
    if p == 1:  # a float32 sum may reach 1 before the last tokens
        return logits.clone()
    ordered, places = logits.sort(descending=True)
    probabilities = ordered.softmax(-1)
    before = probabilities.cumsum(-1) - probabilities  # the mass of the tokens more likely than this one
    beyond = before >= p
    beyond[:, 0] = False
    # From sorted order back to the order of the vocabulary, both (batch, vocabulary).
    removed = torch.zeros_like(beyond).scatter(1, places, beyond)
    return logits.masked_fill(removed, LEFT_OUT)


def warp(
    logits: torch.Tensor,
    ids: torch.Tensor,
    prompt_length: int,
    eos_id: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    penalty: float = 1.0,
    min_new_tokens: int = 0,
) -> torch.Tensor:
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}")
    logits = penalise(logits, ids, penalty)
    if ids.shape[1] - prompt_length < min_new_tokens:
        logits[:, eos_id] = LEFT_OUT
    if temperature == 0:  # the limit of the softmax as T falls to 0
        return keep_top_k(logits, 1)
    logits = logits / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return logits
