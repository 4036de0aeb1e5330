"""sft_data.py against brute force, and what the explanations say besides."""

from __future__ import annotations

import pytest

from questions.practice import sft_data


@pytest.mark.parametrize("longest", [400, 1000])
def test_padding_is_what_the_rows_do_not_hold(longest: int) -> None:
    lengths = [10, 20, 400]
    rows = [[1] * n + [0] * (longest - n) for n in (*lengths, longest)]
    cells = [cell for row in rows for cell in row]
    expected = 100 * cells.count(0) / len(cells)
    assert sft_data.padding_share(lengths=lengths, longest=longest, limit=2048) == pytest.approx(expected, abs=0.01)


def test_a_share_goes_from_proportion_to_equality() -> None:
    tasks = {"examples": 100, "others": [300, 600]}
    assert sft_data.share_of_a_task(**tasks, temperature=1) == 10
    assert sft_data.share_of_a_task(**tasks, temperature=1e9) == pytest.approx(33.33)
    assert sft_data.share_of_a_task(examples=100, others=[400], temperature=2) == pytest.approx(100 * 10 / 30, abs=0.01)


def test_errors_cut_by_half() -> None:
    assert sft_data.error_cut(before=80, after=90) == 50
    assert sft_data.points_gained(before=80, after=90) == 10
    assert sft_data.accuracy_gain(before=80, after=90) == 12.5


def test_numbers_of_the_explanations() -> None:
    assert sum([100, 150, 150, 200, 250, 300, 350]) == 1500
    assert (5 + 7 + 9 + 8, 7 + 9 + 8, 7 + 3 + 9 + 8) == (29, 24, 27)
