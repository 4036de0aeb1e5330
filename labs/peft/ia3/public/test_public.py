"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

X = torch.tensor([1.0, 2.0])
BASE = {"weight": torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), "bias": torch.tensor([1.0, 0.0, -1.0])}
# W x + b = (5, 11, 17) + (1, 0, -1) = (6, 11, 16), times (2, 0, -1).
OUTWARD = BASE | {"vector": torch.tensor([2.0, 0.0, -1.0])}
OUTPUT = torch.tensor([12.0, 0.0, -16.0])
# (2, 1) * (1, 2) = (2, 2), W (2, 2) = (6, 14, 22), plus b.
INWARD = BASE | {"vector": torch.tensor([2.0, 1.0]), "feedforward": True}
INWARD_OUTPUT = torch.tensor([7.0, 14.0, 21.0])


@judges("hand-worked-values")
def test_output_scaled_with_its_bias(candidate):
    assert_close(candidate.forward(X, **OUTWARD), OUTPUT)


@judges("hand-worked-values")
def test_input_scaled_in_a_feed_forward_network(candidate):
    assert_close(candidate.forward(X, **INWARD), INWARD_OUTPUT)


@judges("new-layer")
def test_a_new_layer_changes_nothing(candidate):
    assert_close(candidate.new_layer(X, **BASE)["output"], torch.tensor([6.0, 11.0, 16.0]))


@judges("merge-and-unmerge")
def test_merged_and_back_where_an_element_is_zero(candidate):
    merged = candidate.outputs_after(["merge"], X, **OUTWARD)
    assert_close(merged["output"], OUTPUT)
    assert_close(merged["base"], OUTPUT)
    back = candidate.outputs_after(["merge", "unmerge"], X, **OUTWARD)
    assert_close(back["output"], OUTPUT)
    assert_close(back["base"], torch.tensor([6.0, 11.0, 16.0]))
