"""batch_and_memory.py and continued_pretraining.py against hand formulas, and what the explanations say besides."""

from __future__ import annotations

import math

import pytest

from questions.practice import batch_and_memory, continued_pretraining

LLAMA_7B = 2 * 32000 * 4096 + 32 * (4 * 4096**2 + 3 * 4096 * 11008 + 2 * 4096) + 4096


def test_room_beside_the_states() -> None:
    assert batch_and_memory.llama_7b() == LLAMA_7B
    left = batch_and_memory.left_gb(gpus=4, card_gb=40)
    assert left == pytest.approx(40 - 16 * LLAMA_7B / 4 / 1e9, abs=0.01)


@pytest.mark.parametrize("step", [2000, 4000, 6000, 10_000])
def test_the_cosine_by_hand(step: int) -> None:
    progress = (step - 2000) / 8000
    expected = 30 * (0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2)
    rate = batch_and_memory.cosine_with_floor(step=step, peak=3e-4, warmup=2000, total=10_000)
    assert rate == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("r", [8, 64])
def test_what_lora_trains_with_a_new_vocabulary(r: int) -> None:
    adapters = 32 * r * (4 * (4096 + 4096) + 3 * (4096 + 11008))
    assert continued_pretraining.adapters_only(vocabulary=49953, r=r) == adapters
    assert continued_pretraining.trained_parameters(vocabulary=49953, r=r) == adapters + 2 * 49953 * 4096


def test_numbers_of_the_explanations() -> None:
    assert pytest.approx(107.8, abs=0.05) == 16 * LLAMA_7B / 1e9
    assert pytest.approx(0.54, abs=0.005) == 32 * 2048 * 4096 * 2 / 1e9
    assert pytest.approx(0.26, abs=0.005) == 2048 * 32000 * 4 / 1e9
    assert 2 * 32 * 4096 * 2 == 524_288
    assert pytest.approx(2.1, abs=0.06) == 524_288 * 4096 / 1e9
    assert pytest.approx(7, abs=0.5) == 16 * 2 * 49953 * 4096 / 1e9
    assert pytest.approx(7, abs=0.5) == 16 * 2 * 55296 * 4096 / 1e9
    assert (16 * 65e9, 6 * 65e9 * 1e9, 6 * 7e9 * 2e9) == (1.04e12, 3.9e20, 8.4e19)
    assert pytest.approx(4, abs=0.3) == 3.9e20 / (8 * 150e12) / 86400
    assert pytest.approx(19, abs=0.5) == 8.4e19 / (8 * 150e12) / 3600
    assert round(0.762 / 0.824, 3) == 0.925
