"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("who-reads-whom")
def test_four_query_heads_read_two_value_heads(candidate):
    # One token: every head gives the value it reads. head_dim 1, and value head 0 holds 10, value head 1 holds 20.
    q, k, v = torch.zeros(4, 4), torch.zeros(2, 4), torch.zeros(2, 4)
    v[0, 0], v[1, 0] = 10.0, 20.0
    x = torch.tensor([[[1.0, 0.0, 0.0, 0.0]]])
    actual = candidate.forward(x, q, k, v, torch.eye(4), heads=4, kv_heads=2)
    assert_close(actual, torch.tensor([[[10.0, 10.0, 20.0, 20.0]]]), tolerance=16)


@judges("causal")
def test_the_mean_of_what_came_before(candidate):
    # Scores are all zero: each token gets the mean of the values up to itself.
    q, k, v = torch.zeros(2, 2), torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])
    x = torch.tensor([[[3.0, 1.0], [9.0, 1.0], [0.0, 1.0]]])
    actual = candidate.forward(x, q, k, v, torch.eye(2), heads=2, kv_heads=1)
    assert_close(actual, torch.tensor([[[3.0, 3.0], [6.0, 6.0], [4.0, 4.0]]]), tolerance=16)


@judges("pooled")
def test_two_heads_become_one(candidate):
    # head_dim 2: head 0 is rows 0 and 1, head 1 is rows 2 and 3.
    weight = torch.tensor([[1.0], [2.0], [5.0], [10.0]])
    assert_close(candidate.pooled(weight, heads=2, kv_heads=1)["pooled"], torch.tensor([[3.0], [6.0]]), tolerance=4)


@judges("cache-of-llama-2-70b")
def test_the_cache_of_llama_2_70b(candidate):
    # 2 * 80 layers * 8 heads * 128 * 2 bytes is 320 KiB a token.
    assert candidate.cache_bytes(80, 64, 8, 128, 1, 1) == 320 * 1024
