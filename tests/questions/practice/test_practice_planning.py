"""planning_an_experiment.py against a loop over the samples, and what the explanations say besides."""

from __future__ import annotations

import pytest

from questions.practice import planning_an_experiment as plan


@pytest.mark.parametrize("examples", [1, 7, 64, 1001])
@pytest.mark.parametrize(("micro_batch", "accumulation", "gpus"), [(1, 1, 1), (2, 3, 4), (4, 8, 2)])
def test_steps_are_those_of_a_loop(examples: int, micro_batch: int, accumulation: int, gpus: int) -> None:
    steps = 0
    for _epoch in range(3):
        left, waiting = examples, 0
        while left > 0:
            left -= micro_batch * gpus
            waiting += 1
            if waiting == accumulation or left <= 0:
                steps, waiting = steps + 1, 0
    shape = {"micro_batch": micro_batch, "accumulation": accumulation, "gpus": gpus}
    assert plan.optimizer_steps(examples=examples, epochs=3, **shape) == steps


def test_numbers_of_the_explanations() -> None:
    assert 4 * 4 * 8 == 2 * 16 * 4 == 8 * 4 * 4 == 128
    assert 16 * 7e9 == 112e9
    assert pytest.approx(0.25, abs=0.01) == 100 * 128 / 52_000
    assert pytest.approx(0.04, abs=0.002) == 1.96 * (0.9 * 0.1 / 200) ** 0.5
    assert pytest.approx(0.04, abs=0.001) == 1.96 * (0.8 * 0.2 / 400) ** 0.5
    assert (16 / 8, 16 / 64, 128 / 64) == (2, 0.25, 2)
