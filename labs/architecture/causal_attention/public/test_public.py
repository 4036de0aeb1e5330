"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


def heads(*rows):
    """One sequence and one head: (1, 1, length, dim)."""
    return torch.tensor(rows)[None, None]


@judges("hand-worked-values")
def test_the_second_query_weighs_both_keys(candidate):
    # Scores of the second query: 4 * ln(3) / sqrt(16) = ln(3) and 0, so its weights are 3/4 and 1/4.
    q = torch.zeros(1, 1, 2, 16)
    k = torch.zeros(1, 1, 2, 16)
    q[0, 0, 1, 0], k[0, 0, 0, 0] = 4.0, torch.tensor(3.0).log()
    actual = candidate.forward(q, k, heads([4.0, 0.0], [0.0, 8.0]))
    assert_close(actual, heads([4.0, 0.0], [3.0, 2.0]), scale=torch.tensor(8.0), tolerance=16)


@judges("more-keys-than-queries")
def test_two_queries_after_one_cached_key(candidate):
    # All scores are zero: each query takes the mean of what it sees, two values and three.
    q, k = torch.zeros(1, 1, 2, 4), torch.zeros(1, 1, 3, 4)
    actual = candidate.forward(q, k, heads([3.0], [9.0], [0.0]))
    assert_close(actual, heads([6.0], [4.0]), tolerance=16)


@judges("a-row-that-sees-nothing")
def test_left_padding(candidate):
    # The first key is padding: the first query sees nothing, the second itself, the third the last two keys.
    q, k = torch.zeros(1, 1, 3, 4), torch.zeros(1, 1, 3, 4)
    keep = torch.tensor([[False, True, True]])
    actual = candidate.forward(q, k, heads([5.0], [2.0], [4.0]), keep)
    assert_close(actual, heads([0.0], [2.0], [3.0]), tolerance=16)
