# Matches taken out of a list one at a time; precisions as fractions; a power instead of logarithms.
import math
from fractions import Fraction


def grams(tokens, n):
    return list(zip(*(tokens[i:] for i in range(n))))


def clipped_matches(candidate, references, n):
    mine = grams(candidate, n)
    credit = 0
    for gram in set(mine):
        credit += min(mine.count(gram), max(grams(reference, n).count(gram) for reference in references))
    return credit, len(mine)


def closest_length(candidate, references):
    best = None
    for reference in references:
        distance = abs(len(reference) - len(candidate))
        if best is None or distance < best[0] or (distance == best[0] and len(reference) < best[1]):
            best = distance, len(reference)
    return best[1]


def brevity_penalty(c, r):
    if c == 0:
        return 0.0
    return math.exp(min(0.0, 1 - r / c))


def corpus_bleu(candidates, references, max_n=4):
    if len(candidates) == 0 or len(candidates) != len(references) or any(len(r) == 0 for r in references):
        raise ValueError
    product, c, r = Fraction(1), 0, 0
    for n in range(1, max_n + 1):
        matches = total = 0
        for candidate, texts in zip(candidates, references):
            m, t = clipped_matches(candidate, texts, n)
            matches, total = matches + m, total + t
        product *= Fraction(matches, total) if total else 0
    for candidate, texts in zip(candidates, references):
        c += len(candidate)
        r += closest_length(candidate, texts)
    return brevity_penalty(c, r) * float(product) ** (1 / max_n)
