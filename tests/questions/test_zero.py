"""zero.py against the paper's figure, a hand formula and DeepSpeed's own estimator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.deepspeed import zero

parameters = st.integers(10**6, 10**12)
gpus = st.sampled_from([1, 2, 8, 64, 1024])


@given(parameters, gpus, st.integers(0, 3))
def test_bytes_per_parameter(parameters: int, gpus: int, stage: int) -> None:
    sharded = [0, 12, 14, 16][stage]
    expected = parameters * (16 - sharded + sharded / gpus) / 2**30
    assert zero.model_states_gib(parameters=parameters, gpus=gpus, stage=stage) == pytest.approx(expected)


@pytest.mark.parametrize(("stage", "gigabytes"), [(0, 120), (1, 31.4), (2, 16.6), (3, 1.9)])
def test_figure_1_of_the_paper(stage: int, gigabytes: float) -> None:
    gib = zero.model_states_gib(parameters=7.5e9, gpus=64, stage=stage)
    assert gib * 2**30 / 1e9 == pytest.approx(gigabytes, abs=0.05)


@pytest.mark.parametrize(("stage", "gib"), [(0, 100.4), (1, 34.5), (2, 23.5), (3, 12.6)])
def test_numbers_of_the_explanation(stage: int, gib: float) -> None:
    assert zero.model_states_gib(parameters=6.74e9, gpus=8, stage=stage) == pytest.approx(gib, abs=0.05)


@pytest.mark.parametrize("gpus", [1, 4, 8])
def test_deepspeed_counts_four_bytes_more_for_fp32_gradients(gpus: int) -> None:
    pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs

    parameters = 6_740_000_000
    _cpu, estimate = estimate_zero2_model_states_mem_needs(parameters, gpus, cpu_offload=False)
    ours = zero.model_states_gib(parameters=parameters, gpus=gpus, stage=2) * zero.GIB
    assert estimate - 4 * parameters / gpus == pytest.approx(ours)
    if gpus == 8:
        assert estimate / zero.GIB == pytest.approx(26.7, abs=0.05), "the explanation names this number"
