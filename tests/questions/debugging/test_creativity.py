"""creativity.py by hand, and the slip that creativity.yaml shows."""

from __future__ import annotations

import random

import pytest

from questions.debugging import creativity


def test_distinct_bigrams_by_hand() -> None:
    # a b, b a, a b: two different of three; twice over, two of six
    assert creativity.pooled_distinct(poem="a b a b", n=2, samples=1) == pytest.approx(2 / 3)
    assert creativity.pooled_distinct(poem="a b a b", n=2, samples=2) == pytest.approx(2 / 6)


def test_a_generator_seeded_anew_draws_one_value() -> None:
    styles = ["ballad", "haiku", "free verse", "satire"]
    assert len({random.Random(0).choice(styles) for _ in range(50)}) == 1
    once = random.Random(0)
    assert {once.choice(styles) for _ in range(50)} == set(styles)


def test_cat_gives_the_weighted_sum_and_linear_does_not() -> None:
    assert creativity.what_linear_merging_gives(combination_type="cat") == "c"
    assert creativity.what_linear_merging_gives(combination_type="linear") == "a"
