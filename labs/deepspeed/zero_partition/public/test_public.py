"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("slices")
def test_seven_elements_on_three_ranks(candidate):
    # Shards of ceil(7 / 3) = 3 elements; the last holds one, and two of padding.
    expected = [[[0, 0, 2], [1, 0, 1]], [[1, 1, 4]], [[1, 4, 5]]]
    assert candidate.slices([{"sizes": [2, 5], "ranks": 3}]) == [expected]


@judges("one-step")
def test_the_first_step_of_adam(candidate):
    # The means of the gradients are 2, -1 and 4. Adam's first step is lr against the sign of each.
    parameters = [torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])]
    gradients = [
        [torch.tensor([1.0, 0.0]), torch.tensor([[4.0]])],
        [torch.tensor([3.0, -2.0]), torch.tensor([[4.0]])],
    ]
    actual = candidate.train(parameters, [gradients], lr=0.5)
    assert_close(actual["parameters"][0][0], torch.tensor([0.5, 2.5]))
    assert_close(actual["parameters"][0][1], torch.tensor([[2.5]]))
    # Two shards of two elements, the last of which is padding: 0.1 times the mean gradient.
    assert_close(actual["momentum"][0], torch.tensor([0.2, -0.1]))
    assert_close(actual["momentum"][1], torch.tensor([0.4, 0.0]))


@judges("traffic")
def test_what_a_rank_sends(candidate):
    # 10 elements on 4 ranks: chunks of 3, of which 3 are sent in each pass over the ring.
    calls = [{"elements": 10, "ranks": 4, "stage": stage} for stage in (0, 1, 2, 3)]
    assert candidate.sent(calls) == [18, 18, 18, 27]
