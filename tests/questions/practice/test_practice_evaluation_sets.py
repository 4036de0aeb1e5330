"""evaluation_sets.py and language_basics.py against simulation and hand, and what the explanations say besides."""

from __future__ import annotations

import math
import random

import pytest

from questions.practice import evaluation_sets, language_basics


def test_19_of_20_test_sets_lie_within_the_half_width() -> None:
    draw = random.Random(0)
    half = evaluation_sets.half_width(questions=200, accuracy=80)
    scores = [sum(draw.random() < 0.8 for _ in range(200)) / 2 for _ in range(2000)]
    assert sum(abs(score - 80) <= half for score in scores) / len(scores) == pytest.approx(0.95, abs=0.02)


def test_four_times_the_questions_halve_the_width() -> None:
    few, many = (evaluation_sets.half_width(questions=n, accuracy=70) for n in (100, 400))
    assert few == pytest.approx(2 * many, abs=0.02)


def test_brevity_is_punished_only_below_the_reference() -> None:
    assert language_basics.brevity_penalty(reference=20, candidate=25) == 1
    assert language_basics.brevity_penalty(reference=20, candidate=10) == pytest.approx(1 / math.e, abs=1e-4)


def test_numbers_of_the_explanations() -> None:
    assert evaluation_sets.half_width(questions=600, accuracy=80) == pytest.approx(3.2, abs=0.01)
    assert evaluation_sets.half_width(questions=200, accuracy=80) == pytest.approx(5.5, abs=0.05)
    assert evaluation_sets.half_width(questions=300, accuracy=58) == pytest.approx(6, abs=0.5)
