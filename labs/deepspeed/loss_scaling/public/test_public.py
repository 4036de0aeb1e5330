"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("trace")
def test_three_overflows_then_good_steps(candidate):
    # Hysteresis 2: the first overflow is forgiven, each further one halves. Window 2: the third good step doubles.
    actual = candidate.trace([True, True, True, False, False, False], init_scale=64.0, window=2)
    assert actual == {"scales": [64.0, 64.0, 32.0, 16.0, 16.0, 16.0, 32.0], "stopped_at": None}


@judges("update")
def test_one_step(candidate):
    # The gradient is (4, -2), however large the scale: 1 - 0.25 * 4 = 0 and 1 + 0.25 * 2 = 1.5.
    actual = candidate.train([torch.ones(2)], [[torch.tensor([4.0, -2.0])]], 0.25, init_scale=1024.0)
    assert actual["taken"] == [True]
    assert_close(actual["masters"][0], torch.tensor([0.0, 1.5]))
    assert_close(actual["model"][0], torch.tensor([0.0, 1.5]).half())


@judges("skipped-step")
def test_an_overflow_changes_nothing(candidate):
    # 4 * 32768 is more than float16 holds (65504).
    actual = candidate.train([torch.ones(2)], [[torch.tensor([4.0, -2.0])]], 0.25, init_scale=32768.0, hysteresis=1)
    assert actual["taken"] == [False]
    assert actual["scales"] == [16384.0]
    assert_close(actual["masters"][0], torch.ones(2), tolerance=0)
