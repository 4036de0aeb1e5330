"""The number in training_loop.yaml: what accumulation does to a mean over tokens."""

from __future__ import annotations


def loss_of_one_big_batch(*, tokens: list[int], losses: list[float]) -> float:
    """The loss of one batch that holds all micro-batches: `tokens[i]` target tokens with mean loss `losses[i]`.

        Σ tokens · loss / Σ tokens          not: Σ loss / number of micro-batches

    Computed by the function that models of transformers call, each micro-batch divided by the number of
    tokens in all of them, as its Trainer does.
    Source: transformers `loss/loss_utils.py`, `fixed_cross_entropy`.
    """
    import torch
    from transformers.loss.loss_utils import fixed_cross_entropy

    total = 0.0
    for count, loss in zip(tokens, losses, strict=True):
        # Of two classes with logits 0 and z, class 0 has the cross-entropy ln(1 + e^z).
        other = torch.tensor(loss, dtype=torch.float64).expm1().log()
        logits = torch.stack((torch.zeros_like(other), other)).expand(count, 2)
        target = torch.zeros(count, dtype=torch.long)
        total += fixed_cross_entropy(logits, target, num_items_in_batch=torch.tensor(sum(tokens))).item()
    return total
