"""p_tuning_v2.py against arithmetic done another way."""

from __future__ import annotations

from fractions import Fraction

import pytest

from questions.peft import p_tuning_v2


@pytest.mark.parametrize(("samples", "steps"), [(80_000, 3000), (6000, 3000), (48_000, 1500)])
def test_epochs_count_samples_not_steps(samples: int, steps: int) -> None:
    seen = sum(1 for _step in range(steps) for _micro_batch in range(16))
    expected = float(Fraction(seen, samples))
    assert p_tuning_v2.epochs(samples=samples, steps=steps, micro_batch=1, accumulation=16) == expected


@pytest.mark.parametrize("turns", [1, 3, 8])
def test_dialogue_tokens_are_those_of_the_lines(turns: int) -> None:
    question, answer = ["q"] * 20, ["a"] * 30
    lines = [(question + answer) * history + question + answer for history in range(turns)]
    counted = p_tuning_v2.dialogue_tokens(turns=turns, question=20, answer_tokens=30)
    assert counted == sum(map(len, lines)) == 50 * turns * (turns + 1) // 2


def test_the_end_is_lost_only_where_it_is_the_padding() -> None:
    assert p_tuning_v2.end_among_the_labels(pad=2, eos=2) == "c"
    assert p_tuning_v2.end_among_the_labels(pad=0, eos=2) == "a"


def test_the_axis_that_differs_tells_length_from_model() -> None:
    assert p_tuning_v2.mismatch(saved=[128, 14_336], configured=[64, 14_336]) == "b"
    assert p_tuning_v2.mismatch(saved=[128, 14_336], configured=[128, 229_376]) == "d"


def test_the_table_of_chatglm2() -> None:
    assert p_tuning_v2.prefix_table(pre_seq_len=128, layers=28, hidden=4096, heads=32, kv_groups=2) == 1_835_008
