"""The numbers in prompting.yaml: what a majority over samples is worth."""

from __future__ import annotations

from math import comb


def majority_is_right(*, samples: int, accuracy: float) -> float:
    """Probability that more than half of `samples` independent answers to a yes-no question are right (odd `samples`).

        P = Σ_{k > n/2} C(n, k) · p^k · (1 - p)^(n - k)

    Source: Wang et al. 2022 (self-consistency), abstract, for the vote; the sum is the binomial distribution.
    """
    more_than_half = range(samples // 2 + 1, samples + 1)
    return sum(comb(samples, k) * accuracy**k * (1 - accuracy) ** (samples - k) for k in more_than_half)


def any_is_right(*, samples: int, accuracy: float) -> float:
    """What comes out where one right answer among the samples is enough."""
    return 1 - (1 - accuracy) ** samples


def all_are_right(*, samples: int, accuracy: float) -> float:
    """What comes out where every sample must be right."""
    return accuracy**samples


def one_sample(*, samples: int, accuracy: float) -> float:
    """What comes out where voting is taken to change nothing."""
    return accuracy
