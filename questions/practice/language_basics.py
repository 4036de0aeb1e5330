"""The numbers in language_basics.yaml: a factor of BLEU."""

from __future__ import annotations

from math import exp


def brevity_penalty(*, reference: int, candidate: int) -> float:
    """The factor of BLEU that punishes short output, to four decimals.

        BP = 1 where candidate > reference, otherwise exp(1 - reference / candidate)

    Lengths in tokens, summed over the corpus.
    Source: Papineni et al. 2002, BLEU.
    """
    return round(min(1.0, exp(1 - reference / candidate)), 4)


def length_ratio(*, reference: int, candidate: int) -> float:
    """What comes out where the penalty is taken for the ratio of the lengths."""
    return round(candidate / reference, 4)


def penalty_upside_down(*, reference: int, candidate: int) -> float:
    """What comes out with the two lengths exchanged."""
    return round(exp(1 - candidate / reference), 4)


def no_penalty(*, reference: int, candidate: int) -> float:
    """What comes out where short output is taken to go unpunished."""
    return 1.0
