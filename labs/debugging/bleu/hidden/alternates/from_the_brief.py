# Written from the brief and the starter alone.
"""BLEU of a corpus with several references a segment."""

import math
from collections import Counter


def ngrams(tokens, n):
    """How often each n-gram stands in a sentence."""
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def clipped_matches(candidate, references, n):
    """The clipped matches of the candidate's n-grams, and how many n-grams it has: a pair of ints."""
    most = Counter()
    for reference in references:
        most |= ngrams(reference, n)
    counts = ngrams(candidate, n)
    matches = sum(min(count, most[ngram]) for ngram, count in counts.items())
    return matches, max(0, len(candidate) - n + 1)


def closest_length(candidate, references):
    """The length of the reference that is closest in length to the candidate."""
    lengths = [len(reference) for reference in references]
    return min(lengths, key=lambda length: (abs(length - len(candidate)), length))


def brevity_penalty(c, r):
    """The factor for candidates of length c where references have length r."""
    if c == 0:
        return 0.0
    return 1.0 if c >= r else math.exp(1 - r / c)


def corpus_bleu(candidates, references, max_n=4):
    """BLEU, from 0 to 1.

    candidates: a list of sentences. references: for each of them a list of sentences.
    Raises ValueError for an empty corpus, lists of different lengths, and a segment without references.
    """
    if not candidates or len(candidates) != len(references):
        raise ValueError("one list of references for each candidate, and one candidate at least")
    if not all(references):
        raise ValueError("a segment has no reference")
    logs = []
    for n in range(1, max_n + 1):
        pairs = [clipped_matches(candidate, texts, n) for candidate, texts in zip(candidates, references, strict=True)]
        matches, total = (sum(column) for column in zip(*pairs, strict=True))
        if matches == 0:
            return 0.0
        logs.append(math.log(matches / total))
    c = sum(len(candidate) for candidate in candidates)
    r = sum(closest_length(candidate, texts) for candidate, texts in zip(candidates, references, strict=True))
    return brevity_penalty(c, r) * math.exp(sum(logs) / max_n)
