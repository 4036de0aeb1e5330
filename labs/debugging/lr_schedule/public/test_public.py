"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import pytest

from labs.grading.suite import judges

RUN = {"peak": 1.0, "warmup": 4, "total": 12, "floor": 0.2}


@judges("cosine")
def test_warmup_joint_middle_and_end(candidate):
    # The middle of the cosine is half way between 1 and 0.2.
    actual = candidate.cosine([0, 2, 4, 8, 12, 15], **RUN)
    assert actual == pytest.approx([0.0, 0.5, 1.0, 0.6, 0.2, 0.2], abs=1e-9)


@judges("deepspeed")
def test_log_warmup(candidate):
    # ln(1), ln(2), ln(3) over ln(4): 0, a half, 0.79...; then 1.
    actual = candidate.deepspeed_warmup([0, 1, 2, 3, 4], low=0.0, high=1.0, warmup=4)
    assert actual == pytest.approx([0.0, 0.5, math.log(3) / math.log(4), 1.0, 1.0], abs=1e-9)


@judges("optimizer-steps")
def test_five_micro_batches_two_at_a_time(candidate):
    assert candidate.rates([0.1, 0.2, 0.3, 0.4, 0.5], 5, 2) == [0.1, 0.2, 0.3]
