# Sorted n-grams and bisection instead of tables; the score as one exponential.
from bisect import bisect_left, bisect_right
from itertools import groupby
from math import exp, inf, log


def ordered(tokens, n):
    return sorted(tokens[i : i + n] for i in range(len(tokens) - n + 1))


def clipped_matches(candidate, references, n):
    mine, theirs = ordered(candidate, n), [ordered(reference, n) for reference in references]
    credit = 0
    for gram, group in groupby(mine):
        allowed = max(bisect_right(one, gram) - bisect_left(one, gram) for one in theirs)
        credit += min(len(list(group)), allowed)
    return credit, len(mine)


def closest_length(candidate, references):
    def worse(reference):
        return 2 * abs(len(reference) - len(candidate)) + (len(reference) > len(candidate))

    return len(min(references, key=worse))


def brevity_penalty(c, r):
    return 0.0 if c == 0 else exp(1 - max(c, r) / c)


def corpus_bleu(candidates, references, max_n=4):
    if not candidates or len(candidates) != len(references) or [] in references:
        raise ValueError("corpus")
    exponent = 0.0
    for n in range(1, max_n + 1):
        counted = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        matches = sum(m for m, _ in counted)
        exponent += log(matches / sum(t for _, t in counted)) / max_n if matches else -inf
    c = sum(map(len, candidates))
    r = sum(closest_length(a, b) for a, b in zip(candidates, references))
    return brevity_penalty(c, r) * exp(exponent)
