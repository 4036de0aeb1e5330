"""BLEU, the reference (Papineni et al. 2002).

    p_n  = sum over segments of clipped matches / sum over segments of n-grams       (section 2.1.1)
    BP   = 1 if c >= r else exp(1 - r / c), so the smaller of the two                (section 2.3)
    BLEU = BP * exp(1 / N * sum_n log p_n)

Clipping: an n-gram is credited at most as often as in the one reference that has it most often. Everything is added up
over the corpus before anything is divided; a mean of sentence scores is another metric. No smoothing.

NLTK's modified_precision gives a candidate shorter than n a denominator of 1, which its corpus_bleu then adds up; the
paper counts the n-grams there are, and so do we.
"""

import math
from collections import Counter
from collections.abc import Sequence

Sentence = Sequence[str]


def ngrams(tokens: Sentence, n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def clipped_matches(candidate: Sentence, references: Sequence[Sentence], n: int) -> tuple[int, int]:
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= ngrams(reference, n)  # the union of two multisets: the larger count of each n-gram
    counts = ngrams(candidate, n)
    return (counts & most).total(), counts.total()  # the intersection: the smaller count


def closest_length(candidate: Sentence, references: Sequence[Sentence]) -> int:
    lengths = [len(reference) for reference in references]
    return min(lengths, key=lambda length: (abs(length - len(candidate)), length))


def brevity_penalty(c: int, r: int) -> float:
    if c == 0:
        return 0.0
    return min(1.0, math.exp(1 - r / c))


def corpus_bleu(candidates: Sequence[Sentence], references: Sequence[Sequence[Sentence]], max_n: int = 4) -> float:
    segments = list(zip(candidates, references, strict=True))  # a ValueError where the lengths differ
    if not segments:
        raise ValueError("there is no segment")
    if not all(references):
        raise ValueError("a segment has no reference")
    logarithms = []
    for n in range(1, max_n + 1):
        pairs = [clipped_matches(candidate, texts, n) for candidate, texts in segments]
        matches, total = sum(m for m, _ in pairs), sum(t for _, t in pairs)
        if matches == 0:  # the logarithm is minus infinity
            return 0.0
        logarithms.append(math.log(matches / total))
    c = sum(len(candidate) for candidate in candidates)
    r = sum(closest_length(candidate, texts) for candidate, texts in segments)
    return brevity_penalty(c, r) * math.exp(sum(logarithms) / max_n)
