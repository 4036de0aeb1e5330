"""feed_forward.py against hand formulas."""

from __future__ import annotations

import pytest

from questions.architecture import feed_forward


@pytest.mark.parametrize(
    ("hidden", "intermediate", "heads", "kv_heads"),
    [(64, 128, 8, 8), (64, 160, 8, 2), (4096, 11008, 32, 32), (8192, 28672, 64, 8)],
)
def test_three_matrices_beside_four_projections(hidden: int, intermediate: int, heads: int, kv_heads: int) -> None:
    three = 3 * hidden * intermediate
    attention = 2 * hidden**2 + 2 * hidden * kv_heads * hidden // heads
    share = feed_forward.feed_forward_percent(hidden=hidden, intermediate=intermediate, heads=heads, kv_heads=kv_heads)
    assert share == pytest.approx(100 * three / (three + attention + 2 * hidden))


def test_numbers_of_the_first_explanation() -> None:
    two, attention = 2 * 4096 * 11008, 4 * 4096**2
    assert 100 * two / (two + attention) == pytest.approx(57, abs=0.5)
    width = int(2 * (4 * 4096) / 3)
    assert 256 * -(-width // 256) == 11008


def test_active_parameters_of_a_small_mixture() -> None:
    hidden, intermediate, layers, experts, top_k, vocab = 32, 48, 3, 4, 2, 50
    attention = 2 * hidden**2 + 2 * hidden * 16  # 4 heads of 8 features, 2 key-value heads
    layer = attention + experts * hidden + 2 * hidden + top_k * 3 * hidden * intermediate
    expected = layers * layer + 2 * vocab * hidden + hidden
    billions = feed_forward.active_billions(
        hidden=hidden,
        intermediate=intermediate,
        layers=layers,
        heads=4,
        kv_heads=2,
        experts=experts,
        top_k=top_k,
        vocab=vocab,
    )
    assert billions * 1e9 == pytest.approx(expected)


def test_the_paper_names_47_and_13_billion() -> None:
    mixtral = {"hidden": 4096, "intermediate": 14336, "layers": 32, "heads": 32, "kv_heads": 8, "vocab": 32000}
    assert feed_forward.active_billions(**mixtral, experts=8, top_k=2) == pytest.approx(13, abs=0.5)
    assert feed_forward.active_billions(**mixtral, experts=8, top_k=8) == pytest.approx(46.7, abs=0.05)
