"""The number in memory_growth.yaml: logits that an evaluation keeps."""

from __future__ import annotations


def kept_logits_gb(*, samples: int, length: int, vocabulary: int, dtype: str) -> float:
    """GB (10^9 bytes) of the logits of all evaluation samples: samples · length · vocabulary · bytes of `dtype`.

    Source: transformers `trainer.py`, `evaluation_loop`, which keeps the predictions for `compute_metrics`.
    """
    import torch

    return samples * length * vocabulary * getattr(torch, dtype).itemsize / 1e9


def logits_of_the_last_token_gb(*, samples: int, length: int, vocabulary: int, dtype: str) -> float:
    """The wrong rule: one distribution a sample, as in generation."""
    return kept_logits_gb(samples=samples, length=1, vocabulary=vocabulary, dtype=dtype)


def predicted_ids_gb(*, samples: int, length: int, vocabulary: int, dtype: str) -> float:
    """Another quantity: int64 ids, one a token, what is left after an argmax."""
    return kept_logits_gb(samples=samples, length=length, vocabulary=1, dtype="int64")


def logits_as_bytes_gb(*, samples: int, length: int, vocabulary: int, dtype: str) -> float:
    """The wrong rule: one byte a number."""
    return kept_logits_gb(samples=samples, length=length, vocabulary=vocabulary, dtype="uint8")
