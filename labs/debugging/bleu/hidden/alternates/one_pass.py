# One pass over the segments with dictionaries; lists of counts by order; base-2 logarithms.
import math
from collections import defaultdict


def count(tokens, n):
    table = defaultdict(int)
    for start in range(max(0, len(tokens) - n + 1)):
        table[tuple(tokens[start : start + n])] += 1
    return table


def clipped_matches(candidate, references, n):
    limits = defaultdict(int)
    for reference in references:
        for gram, times in count(reference, n).items():
            limits[gram] = max(limits[gram], times)
    mine = count(candidate, n)
    return sum(min(times, limits.get(gram, 0)) for gram, times in mine.items()), sum(mine.values())


def closest_length(candidate, references):
    lengths = sorted({len(reference) for reference in references})
    return min(lengths, key=lambda length: abs(length - len(candidate)))


def brevity_penalty(c, r):
    if c >= r:
        return 1.0
    return math.e ** (1 - r / c) if c else 0.0


def corpus_bleu(candidates, references, max_n=4):
    if len(candidates) < 1:
        raise ValueError("no candidates")
    if len(candidates) != len(references):
        raise ValueError("lengths")
    matches, totals, c, r = [0] * max_n, [0] * max_n, 0, 0
    for candidate, texts in zip(candidates, references):
        if not texts:
            raise ValueError("no references")
        for i in range(max_n):
            m, t = clipped_matches(candidate, texts, i + 1)
            matches[i] += m
            totals[i] += t
        c += len(candidate)
        r += closest_length(candidate, texts)
    if 0 in matches:
        return 0.0
    bits = math.fsum(math.log2(m) - math.log2(t) for m, t in zip(matches, totals))
    return brevity_penalty(c, r) * 2 ** (bits / max_n)
