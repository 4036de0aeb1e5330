"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


def one_layer(*rows):
    """One layer, sequence and head: (1, 1, 1, length, dim)."""
    return torch.tensor(rows)[None, None, None]


@judges("append")
def test_two_updates(candidate):
    k, v = torch.tensor([[[[1.0], [2.0]]]]), torch.tensor([[[[3.0], [4.0]]]])
    first, second = candidate.updates(2, [[0, k, v], [0, k + 10, v + 10]])
    assert first["lengths"] == [2, 0]
    assert second["lengths"] == [4, 0]
    assert_close(second["k"], torch.tensor([[[[1.0], [2.0], [11.0], [12.0]]]]), tolerance=0)
    assert_close(second["v"], torch.tensor([[[[3.0], [4.0], [13.0], [14.0]]]]), tolerance=0)


@judges("decoding")
def test_a_prompt_of_two_and_a_chunk_of_two(candidate):
    # All scores are zero: each token gets the mean of the values up to itself.
    zero, v = torch.zeros(1, 1, 1, 4, 2), one_layer([4.0, 0.0], [0.0, 8.0], [2.0, 1.0], [6.0, 3.0])
    actual = candidate.decode(zero, zero, v, [2, 2])
    assert_close(actual, one_layer([4.0, 0.0], [2.0, 4.0], [2.0, 3.0], [3.0, 3.0]), scale=v.max(), tolerance=16)


@judges("eight-bits")
def test_four_values(candidate):
    # The scale is (3 + 1) / 255: 0 lies at 63.75, which rounds to 64, and 0.6 at 102.
    actual = candidate.round_trip(torch.tensor([[-1.0, 0.0, 0.6, 3.0]]))
    assert actual["codes"].tolist() == [[0, 64, 102, 255]]
    assert_close(actual["back"], torch.tensor([[-1.0, 64 * 4 / 255 - 1, 0.6, 3.0]]), scale=torch.tensor(3.0))
