"""The numbers in decoding.yaml: sampling through transformers' own warpers, and beam scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def probability_of_best(*, logits: list[float], temperature: float, top_p: float) -> float:
    """Probability that sampling picks the most likely token.

    The logits are divided by the temperature; the smallest set of best tokens whose probabilities reach `top_p` is
    kept, the token that crosses the threshold included; what is kept is normalised again.
    Source: transformers `TemperatureLogitsWarper` and `TopPLogitsWarper`, in the order of `_get_logits_processor`.
    """
    return _best(_nucleus(_warm(logits, temperature), top_p).softmax(-1))


def best_with_nucleus_first(*, logits: list[float], temperature: float, top_p: float) -> float:
    """The same with the set chosen before the temperature is applied."""
    return _best((_nucleus(_warm(logits, 1.0), top_p) / temperature).softmax(-1))


def best_without_normalising(*, logits: list[float], temperature: float, top_p: float) -> float:
    """The same without normalising what is kept."""
    del top_p
    return _best(_warm(logits, temperature).softmax(-1))


def best_without_crossing_token(*, logits: list[float], temperature: float, top_p: float) -> float:
    """The same without the token that crosses the threshold; the best token always stays."""
    probabilities = _warm(logits, temperature).softmax(-1)[0].sort(descending=True).values
    kept = probabilities[probabilities.cumsum(0) < top_p]
    return _best(kept / kept.sum()) if len(kept) else 1.0


def _warm(logits: list[float], temperature: float) -> Tensor:
    import torch
    from transformers.generation import TemperatureLogitsWarper

    return TemperatureLogitsWarper(temperature)(None, torch.tensor([logits], dtype=torch.float64))


def _nucleus(logits: Tensor, top_p: float) -> Tensor:
    from transformers.generation import TopPLogitsWarper

    return TopPLogitsWarper(top_p)(None, logits)


def _best(probabilities: Tensor) -> float:
    return probabilities.max().item()


def beam_winners(*, short: float, short_tokens: int, long: float, long_tokens: int) -> str:
    """Which of two finished beams wins with `length_penalty` 0.0 and with 1.0: the key of the option that says so.

        score = sum of log probabilities / tokens^length_penalty

    `short` and `long` are the sums. Source: transformers `_update_finished_beams` in `generation/utils.py`.
    """
    winners = "".join(
        "s" if short / short_tokens**penalty > long / long_tokens**penalty else "l" for penalty in (0.0, 1.0)
    )
    return {"ss": "a", "sl": "d", "ls": "b", "ll": "c"}[winners]
