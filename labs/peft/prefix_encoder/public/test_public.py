"""The visible suite: values that can be read off. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

# Two virtual tokens, two layers, one kv head of two dimensions: a row is key 0, value 0, key 1, value 1.
SIZES = {"length": 2, "layers": 2, "heads": 2, "kv_heads": 1, "head_dim": 2}
ROWS = torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0]])


@judges("layout")
def test_keys_and_values_of_both_layers(candidate):
    actual = candidate.prefixes(1, sizes=SIZES, parameters={"embedding.weight": ROWS})
    assert len(actual) == 2
    for layer, pair in enumerate(actual):
        for which, tensor in enumerate(pair):
            first = 4 * layer + 2 * which
            assert_close(tensor, ROWS[:, first : first + 2].reshape(1, 1, 2, 2))


@judges("projection")
def test_a_projection_of_width_one(candidate):
    # tanh(0) is 0, so that only the last bias is left, in each row.
    parameters = {
        "embedding.weight": torch.ones(2, 2),
        "transform.0.weight": torch.tensor([[1.0, -1.0]]),
        "transform.0.bias": torch.zeros(1),
        "transform.2.weight": torch.ones(8, 1),
        "transform.2.bias": ROWS[0],
    }
    actual = candidate.table(sizes=SIZES | {"projection": 1}, parameters=parameters)
    assert_close(actual, ROWS[:1].expand(2, 8))


@judges("mask")
def test_ones_in_front(candidate):
    mask = torch.tensor([[0, 1, 1]])
    assert_close(candidate.extended(mask, 2), torch.tensor([[1, 1, 0, 1, 1]]))


@judges("attention")
def test_equal_scores_average_what_is_seen(candidate):
    # Queries of zero give every key the same weight: the prefix and what has come so far are averaged.
    zero = torch.zeros(1, 1, 2, 2)
    value = torch.tensor([[[[4.0, 0.0], [0.0, 8.0]]]])
    prefix_value = torch.tensor([[[[2.0, 2.0]]]])
    tables = torch.ones(3, 2), torch.zeros(3, 2)
    mask = torch.ones(1, 2, dtype=torch.int64)
    actual = candidate.attention(zero, zero, value, torch.ones(1, 1, 1, 2), prefix_value, *tables, mask)
    assert_close(actual, torch.tensor([[[[3.0, 1.0], [2.0, 10 / 3]]]]), tolerance=16.0)
