"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("filling")
def test_buckets_of_six_elements(candidate):
    # From the last: 2 + 4 fill a bucket exactly, 5 leaves no room for 3, and 9 is larger than any bucket.
    assert candidate.buckets([{"sizes": [9, 3, 5, 4, 2], "limit": 6}]) == [[[4, 3], [2], [1], [0]]]


@judges("averages")
def test_two_ranks(candidate):
    first = [torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])]
    second = [torch.tensor([3.0, 6.0]), torch.tensor([[5.0]])]
    actual = candidate.average([first, second], 10)
    assert_close(actual["averaged"][0], torch.tensor([2.0, 4.0]))
    assert_close(actual["averaged"][1], torch.tensor([[4.0]]))
    assert actual["sent"] == [[[3], [3]]]


@judges("ring")
def test_what_a_rank_sends(candidate):
    # Two buckets, of 6 and of 5 elements; on 4 ranks 2 * 3 messages each, of ceil(6 / 4) = ceil(5 / 4) = 2 elements.
    actual = candidate.traffic([{"sizes": [5, 4, 2], "limit": 6, "ranks": 4, "element_bytes": 2}])
    assert actual == [{"buckets": 2, "messages": 12, "bytes": 48, "largest": 6}]
