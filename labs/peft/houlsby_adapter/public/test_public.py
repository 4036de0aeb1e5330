"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

# down x = 40 and -40: gelu leaves the one and gives zero for the other.
VALUES = {
    "down": torch.tensor([[10.0, 15.0], [-40.0, 0.0]]),
    "down_bias": torch.zeros(2),
    "up": torch.tensor([[0.25, 3.0], [0.5, 3.0]]),
    "up_bias": torch.tensor([1.0, 0.0]),
}
X = torch.tensor([[1.0, 2.0]])


@judges("hand-worked-values")
def test_what_goes_through_and_what_goes_around(candidate):
    assert_close(candidate.adapter(X, VALUES), torch.tensor([[1.0 + 10.0 + 1.0, 2.0 + 20.0]]))


@judges("new-adapter")
def test_a_new_adapter_nearly_returns_its_input(candidate):
    actual = candidate.new_adapter(X, torch.ones(1, 2), 4)
    assert_close(actual["output"], X, scale=torch.ones(()), tolerance=1e5)  # 1e5 eps: about 0.01
    assert actual["count"] == 2 * 4 * 2 + 4 + 2


@judges("what-trains")
def test_one_layer(candidate):
    # dim 4, bottleneck 2: two adapters of 2 * 4 * 2 + 4 + 2, three norms of 8, a head of 4 * 3 + 3.
    expected = {"adapter": 44, "head": 15, "norm": 24}
    actual = candidate.what_trains(4, 1, 2)
    assert actual == {"train": expected, "returned": expected, "twice": False}
