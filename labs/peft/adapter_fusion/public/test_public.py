"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges

# Two adapters that add relu(h_0 + 1/2), the first to the first element, the second to the second.
DOWN = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]]])
UP = torch.tensor([[[1.0], [0.0]], [[0.0], [1.0]]])
H = torch.tensor([0.5, 0.0])  # z_1 = (1.5, 0), z_2 = (0.5, 1)
LN2 = math.log(2)
GIVEN = {
    "down": DOWN,
    "up": UP,
    "query": torch.tensor([[2 * LN2, 0.0], [0.0, 0.0]]),  # the query is (ln 2, 0)
    "key": torch.eye(2),  # the scores are 1.5 ln 2 and 0.5 ln 2, so that the first weighs twice the second
    "value": torch.tensor([[0.0, 3.0], [3.0, 0.0]]),  # V z is (0, 4.5) and (3, 1.5)
    "query_bias": torch.zeros(2),
    "key_bias": torch.zeros(2),
}


@judges("hand-worked-values")
def test_weights(candidate):
    assert_close(candidate.weights(H, **GIVEN), torch.tensor([2 / 3, 1 / 3]))


@judges("hand-worked-values")
def test_output(candidate):
    # 2/3 (0, 4.5) + 1/3 (3, 1.5)
    assert_close(candidate.forward(H, **GIVEN), torch.tensor([1.0, 3.5]), tolerance=16)


@judges("new-module")
def test_the_value_matrix_starts_as_the_identity(candidate):
    new = candidate.new_module(DOWN, UP, H)
    assert_close(new["value"], torch.eye(2), tolerance=0)
    assert new["bias"] is False
