# No sort: the mass above each token from a comparison of every pair, in float64; ranks for top-k.
import torch

NOTHING = float("-inf")


def above(scores):
    return scores.unsqueeze(1) > scores.unsqueeze(2)  # [b, i, j]: j is more likely than i


def penalise(logits, ids, penalty):
    scores = logits.float()
    vocabulary = torch.arange(scores.shape[1], device=scores.device)
    seen = (ids.unsqueeze(-1) == vocabulary).any(1)
    factor = torch.where(scores < 0, penalty, 1 / penalty)
    return scores * torch.where(seen, factor, 1.0)


def keep_top_k(logits, k):
    if not k >= 1:
        raise ValueError("top_k")
    scores = logits.float()
    return torch.where(above(scores).sum(2) < k, scores, NOTHING)


def keep_top_p(logits, p):
    if not 0 < p <= 1:
        raise ValueError("top_p")
    scores = logits.float()
    if p == 1:
        return scores * 1.0
    mass = torch.einsum("bij,bj->bi", above(scores).double(), scores.double().softmax(1))
    return torch.where(mass < p, scores, NOTHING)


def warp(
    logits, ids, prompt_length, eos_id, temperature=1.0, top_k=None, top_p=None, penalty=1.0, min_new_tokens=0
):
    if temperature < 0:
        raise ValueError("temperature")
    scores = penalise(logits, ids, penalty)
    if ids[:, prompt_length:].shape[1] < min_new_tokens:
        scores = scores.clone()
        scores[..., eos_id] = NOTHING
    greedy = temperature == 0
    scores = scores / (1 if greedy else temperature)
    k = 1 if greedy else top_k
    scores = scores if k is None else keep_top_k(scores, k)
    return scores if greedy or top_p is None else keep_top_p(scores, top_p)
