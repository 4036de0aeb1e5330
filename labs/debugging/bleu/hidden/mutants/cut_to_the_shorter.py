# killed-by: bad-input
# mistake: bad-input-accepted
# Cuts the longer list.
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
    return 1.0 if c >= r else math.exp(1 - r / c)


def corpus_bleu(candidates: Sequence[Sentence], references: Sequence[Sequence[Sentence]], max_n: int = 4) -> float:
    candidates, references = candidates[: len(references)], references[: len(candidates)]
    if not candidates:
        raise ValueError("one list of references for each candidate, and one candidate at least")
    if not all(references):
        raise ValueError("a segment has no reference")
    segments = list(zip(candidates, references, strict=True))
    logarithms = []
    for n in range(1, max_n + 1):
        pairs = [clipped_matches(candidate, texts, n) for candidate, texts in segments]
        matches, total = (sum(column) for column in zip(*pairs, strict=True))
        if matches == 0:  # the logarithm is minus infinity
            return 0.0
        logarithms.append(math.log(matches / total))
    c = sum(len(candidate) for candidate in candidates)
    r = sum(closest_length(candidate, texts) for candidate, texts in segments)
    return brevity_penalty(c, r) * math.exp(sum(logarithms) / max_n)
