"""The small formulas of the outlook track against independent counts."""

from __future__ import annotations

from itertools import product
from math import log2

import pytest

from questions.outlook import prompting, retrieval_and_hallucination, safety_and_ethics, scaling_laws, system_design


@pytest.mark.parametrize(("overlap", "chunks"), [(0, 4), (64, 5), (128, 5), (192, 6), (256, 7)])
def test_chunks_by_walking_over_the_document(overlap: int, chunks: int) -> None:
    start, count = 0, 1
    while start + 512 < 2000:
        start, count = start + 512 - overlap, count + 1
    assert count == chunks
    size = retrieval_and_hallucination.index_gb(documents=10, tokens=2000, chunk=512, overlap=overlap, dimensions=8)
    assert size == pytest.approx(10 * chunks * 8 * 4 / 1e9)


@pytest.mark.parametrize(("budget", "ratio"), [(3, 20), (60, 100)])
def test_the_budget_is_spent(budget: float, ratio: float) -> None:
    parameters = scaling_laws.compute_optimal_parameters(budget=budget, ratio=ratio) * 1e9
    assert 6 * parameters * (ratio * parameters) == pytest.approx(budget * 1e21)


@pytest.mark.parametrize(("samples", "accuracy"), [(3, 0.4), (5, 0.7)])
def test_majority_by_enumeration(samples: int, accuracy: float) -> None:
    total = 0.0
    for votes in product((0, 1), repeat=samples):
        right = sum(votes)
        if 2 * right > samples:
            total += accuracy**right * (1 - accuracy) ** (samples - right)
    assert prompting.majority_is_right(samples=samples, accuracy=accuracy) == pytest.approx(total)


def test_exposure_halves_the_candidates_once_a_bit() -> None:
    assert safety_and_ethics.exposure_of_digits(digits=6, rank=1) == pytest.approx(6 * log2(10))
    one_bit_less = safety_and_ethics.exposure_of_digits(digits=6, rank=2)
    assert one_bit_less == pytest.approx(6 * log2(10) - 1)
    assert safety_and_ethics.exposure_of_digits(digits=3, rank=1000) == pytest.approx(0)


@pytest.mark.parametrize(("side", "patches"), [(224, 256), (336, 576)])
def test_patches_of_an_image(side: int, patches: int) -> None:
    assert system_design.image_positions(side=side, images=3) == 3 * patches
