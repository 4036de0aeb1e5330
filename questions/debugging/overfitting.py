"""The numbers in overfitting.yaml: early stopping, weight decay, and luck in a search."""

from __future__ import annotations


def stops_at(*, losses: list[float], patience: int) -> int:
    """After which evaluation, counted from 1, `EarlyStoppingCallback` ends a run with these evaluation losses.

    The callback counts evaluations that do not improve on the best loss so far; an improvement sets the count
    to 0, and at `patience` it stops. A run that it never stops ends with the last evaluation.
    Source: transformers `trainer_callback.py`, `EarlyStoppingCallback`; `trainer.py`, `_determine_best_metric`.
    """
    from types import SimpleNamespace

    from transformers import EarlyStoppingCallback, TrainerControl, TrainerState

    callback = EarlyStoppingCallback(early_stopping_patience=patience)
    args = SimpleNamespace(greater_is_better=False, metric_for_best_model="eval_loss")
    state, control = TrainerState(), TrainerControl()
    for number, loss in enumerate(losses, start=1):
        callback.on_evaluate(args, state, control, {"eval_loss": loss})
        if control.should_training_stop:
            return number
        best = state.best_metric
        state.best_metric = loss if best is None else min(best, loss)
    return len(losses)


def stops_after_rises(*, losses: list[float], patience: int) -> int:
    """The wrong rule: `patience` rises in a row, each against the evaluation just before."""
    rises = 0
    for number in range(2, len(losses) + 1):
        rises = rises + 1 if losses[number - 1] > losses[number - 2] else 0
        if rises == patience:
            return number
    return len(losses)


def stops_one_late(*, losses: list[float], patience: int) -> int:
    """The wrong rule: stop once the count exceeds `patience`."""
    return stops_at(losses=losses, patience=patience + 1)


def best_evaluation(*, losses: list[float], patience: int) -> int:
    """The evaluation with the lowest loss of the whole list, whatever `patience`."""
    return losses.index(min(losses)) + 1


def decayed_percent(*, lr: float, weight_decay: float, steps: int) -> float:
    """By how many per cent AdamW's decay alone shrinks a weight in `steps` steps at a constant rate.

        100 · (1 - (1 - lr · weight_decay)^steps)

    Source: Loshchilov & Hutter 2019, algorithm 2; torch `optim/adam.py`, decoupled weight decay.
    """
    return 100 * (1 - (1 - lr * weight_decay) ** steps)


def decayed_without_lr(*, lr: float, weight_decay: float, steps: int) -> float:
    """The wrong rule: each step takes the share `weight_decay`, without the learning rate."""
    return 100 * (1 - (1 - weight_decay) ** steps)


def decayed_in_one_step(*, lr: float, weight_decay: float, steps: int) -> float:
    """The wrong rule: `weight_decay` is the share that the whole run takes."""
    return 100 * weight_decay


def luck_of_the_best(*, trials: int, examples: int, accuracy: float, correct: int) -> float:
    """Chance in per cent that the best of `trials` equally good settings gets at least `correct` of `examples` right.

    With independent scores, each binomial: 100 · (1 - P(X < correct)^trials).
    """
    return 100 * (1 - (1 - _tail(examples, accuracy, correct)) ** trials)


def luck_of_one(*, trials: int, examples: int, accuracy: float, correct: int) -> float:
    """The wrong number: the chance of one trial, as if only one had been made."""
    return 100 * _tail(examples, accuracy, correct)


def luck_added_up(*, trials: int, examples: int, accuracy: float, correct: int) -> float:
    """The wrong rule: chances of the trials added, as if no two of them could be lucky."""
    return 100 * trials * _tail(examples, accuracy, correct)


def _tail(examples: int, accuracy: float, correct: int) -> float:
    """P(X >= correct) for X ~ Binomial(examples, accuracy)."""
    from math import comb

    return sum(comb(examples, k) * accuracy**k * (1 - accuracy) ** (examples - k) for k in range(correct, examples + 1))
