"""hardware.py against one hand-made case, and what the explanations say besides."""

from __future__ import annotations

import pytest

from questions.practice import hardware


def test_hours_by_hand() -> None:
    """6 · 1e9 · 1e9 operations at 50 of 100 TFLOPS are 120,000 seconds."""
    case = {"parameters_b": 1.0, "tokens_b": 1.0, "tflops": 100.0, "utilisation": 0.5}
    assert hardware.training_hours(**case) == pytest.approx(120_000 / 3600, abs=0.01)
    assert hardware.hours_at_peak(**case) == pytest.approx(60_000 / 3600, abs=0.01)
    assert hardware.hours_of_the_forward_pass(**case) == pytest.approx(40_000 / 3600, abs=0.01)


def test_numbers_of_the_explanations() -> None:
    assert 6 * 0.5e9 * 1e9 == 3e18
    assert 2 * 6.24e9 > 12e9
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1949337704\n"
    assert len(pointer) == 135
    assert len("version ") == 8
