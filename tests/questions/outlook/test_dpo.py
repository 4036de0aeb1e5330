"""dpo.py and the lines that dpo.yaml calls wrong, recomputed another way."""

from __future__ import annotations

from math import exp, log, log1p

import pytest
import torch

from questions.outlook import dpo

PAIR = {"chosen": -42.0, "rejected": -58.0, "ref_chosen": -45.0, "ref_rejected": -55.0}


@pytest.mark.parametrize("beta", [0.05, 0.1, 0.3])
def test_loss_in_plain_arithmetic(beta: float) -> None:
    assert dpo.loss(**PAIR, beta=beta) == pytest.approx(log1p(exp(-beta * 6)))


def test_a_copy_of_the_reference_starts_at_ln_2() -> None:
    same = {"chosen": -45.0, "rejected": -55.0, "ref_chosen": -45.0, "ref_rejected": -55.0}
    assert dpo.loss(**same, beta=0.3) == pytest.approx(log(2))
    assert dpo.reference_added(**same, beta=0.3) != pytest.approx(log(2))


def test_unmasked_padding_charges_the_shorter_answer_and_the_prompt_cancels() -> None:
    """What dpo.yaml says of the missing mask: with labels clamped to 0, padding adds log-probabilities of token 0."""
    logps = torch.full((6, 5), 0.2).log()
    prompt, answer, padding = [-100, -100], [1, 2], [-100, -100]
    short = torch.tensor([*prompt, *answer, *padding])
    long = torch.tensor([*prompt, *answer, 3, 4])

    def total(labels: torch.Tensor, *, masked: bool) -> float:
        picked = logps.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
        return float((picked * (labels != -100) if masked else picked).sum())

    one = log(0.2)
    assert total(short, masked=True) == pytest.approx(2 * one)
    assert total(short, masked=False) == pytest.approx(6 * one)
    assert total(long, masked=False) - total(long, masked=True) == pytest.approx(2 * one)
