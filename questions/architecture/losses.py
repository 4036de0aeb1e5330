"""The numbers in losses.yaml: a loss in units that do not depend on the tokenizer."""

from __future__ import annotations

import math


def bits_per_byte(*, loss: float, bytes_per_token: float) -> float:
    """Bits that a model needs for each byte of text.

        loss / ln 2 / bytes_per_token

    `loss` is the mean cross-entropy per token in nats, as torch's `cross_entropy` returns it.
    """
    return loss / math.log(2) / bytes_per_token


def nats_per_byte(*, loss: float, bytes_per_token: float) -> float:
    """The same with nats taken for bits."""
    return loss / bytes_per_token


def bits_per_token(*, loss: float, bytes_per_token: float) -> float:
    """Bits for each token: the tokenizer still counts."""
    del bytes_per_token
    return loss / math.log(2)


def perplexity_per_byte(*, loss: float, bytes_per_token: float) -> float:
    """The perplexity divided by the bytes of a token."""
    return math.exp(loss) / bytes_per_token
