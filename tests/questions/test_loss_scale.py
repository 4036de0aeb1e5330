"""loss_scale.py against the count of halvings, and the printed log against the real scaler."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from questions.debugging import loss_scale
from quiz.bank.schema import LogDiagnosis, Question

pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")


@pytest.mark.parametrize("power", [0, 3, 8, 16])
def test_the_run_ends_after_hysteresis_the_halvings_and_one_more(power: int) -> None:
    ends_at = 1 + power + 1
    assert loss_scale.reading(overflows=ends_at - 1, initial_scale_power=power) == "a"
    assert loss_scale.reading(overflows=ends_at, initial_scale_power=power) == "c"
    assert loss_scale.reading(overflows=ends_at + 5, initial_scale_power=power) == "c"


def test_the_log_is_what_the_scaler_writes(question: Callable[[str, str], Question]) -> None:
    asked = question("debugging/loss_scale", "loss-scale-falls-to-one")
    assert isinstance(asked, LogDiagnosis)
    assert asked.derived is not None
    assert {loss_scale.reading(**asked.derived.params)} == asked.correct_keys
    real, stopped = loss_scale.replay(**asked.derived.params)
    assert stopped
    assert len(real) == 18
    real = [line.removeprefix("[deepspeed] ") for line in real]
    head, tail = asked.log.split("[...]")
    assert _unwrapped(head) == " ".join(real[:3])
    assert _unwrapped(tail) == " ".join(real[3 + 13 :])


def test_replaying_leaves_the_logger_as_it_was() -> None:
    from deepspeed.utils import logger

    before = (logger.level, list(logger.handlers))
    loss_scale.replay(overflows=2, initial_scale_power=4)
    assert (logger.level, list(logger.handlers)) == before
    assert logger.level == logging.WARNING, "the explanation says that these lines need the logger at INFO"


def _unwrapped(text: str) -> str:
    return " ".join(text.split())
