"""The numbers in language_modelling.yaml: smoothed bigrams, and BLEU on single words."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise


def bigram_probability(*, corpus: list[str], context: str, word: str, k: float) -> float:
    """P(word | context) of a bigram model with add-k smoothing.

        (count(context word) + k) / (count(context) + k · V)

    Every sentence is put between <s> and </s>; V counts the distinct words and </s>, all that can come next.
    Source: Jurafsky and Martin, Speech and Language Processing, chapter 3.
    """
    pairs = _pairs(corpus)
    vocabulary = {second for _, second in pairs}
    return (pairs[context, word] + k) / (_count(pairs, context) + k * len(vocabulary))


def bigram_probability_unsmoothed(*, corpus: list[str], context: str, word: str, k: float) -> float:
    """The maximum-likelihood estimate, without smoothing."""
    pairs = _pairs(corpus)
    return pairs[context, word] / _count(pairs, context)


def bigram_probability_without_vocabulary(*, corpus: list[str], context: str, word: str, k: float) -> float:
    """k added once below as well: the probabilities of the next words no longer sum to 1."""
    pairs = _pairs(corpus)
    return (pairs[context, word] + k) / (_count(pairs, context) + k)


def bigram_joint_probability(*, corpus: list[str], context: str, word: str, k: float) -> float:
    """Divided by all bigrams of the corpus instead of those that start with the context."""
    pairs = _pairs(corpus)
    return (pairs[context, word] + k) / (pairs.total() + k * len({second for _, second in pairs}))


def _pairs(corpus: list[str]) -> Counter[tuple[str, str]]:
    sentences = [["<s>", *line.split(), "</s>"] for line in corpus]
    return Counter(pair for words in sentences for pair in pairwise(words))


def _count(pairs: Counter[tuple[str, str]], context: str) -> int:
    return sum(count for (first, _), count in pairs.items() if first == context)


def unigram_bleu(*, word: str, repeats: int, reference: str) -> float:
    """BLEU on single words of a candidate that repeats `word`, against one reference.

        exp(min(0, 1 - r / c)) · Σ min(count in candidate, count in reference) / c

    c and r are the lengths of candidate and reference. Source: Papineni et al. 2002; NLTK `bleu_score`.
    """
    clipped = min(repeats, reference.split().count(word))
    return _brevity(repeats, reference) * clipped / repeats


def unigram_bleu_unclipped(*, word: str, repeats: int, reference: str) -> float:
    """Every word of the candidate that occurs in the reference counts, however often."""
    return _brevity(repeats, reference) * float(word in reference.split())


def unigram_precision(*, word: str, repeats: int, reference: str) -> float:
    """The clipped precision without the brevity penalty."""
    return min(repeats, reference.split().count(word)) / repeats


def _brevity(length: int, reference: str) -> float:
    return math.exp(min(0.0, 1 - len(reference.split()) / length))
