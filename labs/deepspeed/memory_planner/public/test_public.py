"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import pytest

from labs.grading.suite import judges

BILLION = 10**9


@judges("paper-figure")
@pytest.mark.parametrize(("stage", "gpu"), [(0, 120.0), (1, 31.40625), (2, 16.640625), (3, 1.875)])
def test_figure_1_of_the_paper(candidate, stage, gpu):
    # 7.5 billion parameters on 64 GPUs; the figure says 120, 31.4, 16.6 and 1.9 GB (10^9 bytes).
    (actual,) = candidate.memory([{"parameters": 7_500_000_000, "gpus": 64, "stage": stage}])
    assert actual["gpu"] == gpu * BILLION


@judges("parts")
def test_the_parts_of_a_small_model(candidate):
    # Ten parameters, six of them train, on 4 GPUs in stage 2: 2 * 10, 2 * ceil(6 / 4), 12 * ceil(6 / 4).
    (actual,) = candidate.memory([{"parameters": 10, "gpus": 4, "stage": 2, "trainable": 6}])
    assert actual == {"weights": 20, "gradients": 4, "optimizer": 24, "gathered": 0, "gpu": 48, "cpu": 0}


@judges("planning")
def test_what_fits(candidate):
    # 2^30 parameters on 4 GPUs are 16, 7, 5.5 and 4 GiB in stages 0 to 3.
    small = {"parameters": 2**30, "gpus": 4}
    assert candidate.smallest_stage([small | {"gib": gib} for gib in (16, 15, 6, 5, 3)]) == [0, 1, 2, 3, None]
    assert candidate.gpus_needed([{"parameters": 2**30, "stage": 3, "gib": gib} for gib in (16, 8, 1)]) == [1, 2, 16]
