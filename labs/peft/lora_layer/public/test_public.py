"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

X = torch.tensor([1.0, 2.0])
BASE = {
    "weight": torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    "bias": torch.tensor([0.5, 0.0, -0.5]),
}
# W x + bias = (5, 11, 17) + (0.5, 0, -0.5).
BASE_OUTPUT = torch.tensor([5.5, 11.0, 16.5])

# r = 2 and alpha = 8, so the scale is 4. A x = (1 + 2, 1 - 2) = (3, -1), B A x = (3, -2, 2), times 4: (12, -8, 8).
LAYER = BASE | {
    "lora_a": torch.tensor([[1.0, 1.0], [1.0, -1.0]]),
    "lora_b": torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),
    "alpha": 8,
}
OUTPUT = torch.tensor([17.5, 3.0, 24.5])


@judges("hand-worked-values")
def test_base_plus_scaled_update(candidate):
    assert_close(candidate.forward(X, **LAYER), OUTPUT)


@judges("hand-worked-values")
def test_a_batch_of_rows_without_a_bias(candidate):
    x = torch.stack([X, -X, 2 * X]).reshape(1, 3, 2)
    output = OUTPUT - BASE["bias"]
    expected = torch.stack([output, -output, 2 * output]).reshape(1, 3, 3)
    assert_close(candidate.forward(x, **LAYER | {"bias": None}), expected)


@judges("new-layer")
def test_a_new_layer_computes_what_its_base_does(candidate):
    assert_close(candidate.new_layer_forward(X, **BASE, r=2, alpha=8, dropout=0.5), BASE_OUTPUT)


@judges("gradient")
def test_gradients_of_the_first_output(candidate):
    # Only the first output counts: (W + 4 B A)[0] = (1, 2) + 4 (1, 1) for x, 4 B[0] x for A, 4 A x for B[0].
    actual = candidate.gradients(X, torch.tensor([1.0, 0.0, 0.0]), **LAYER)
    assert_close(actual["x"], torch.tensor([5.0, 6.0]))
    assert_close(actual["lora_A"], torch.tensor([[4.0, 8.0], [0.0, 0.0]]))
    assert_close(actual["lora_B"], torch.tensor([[12.0, -4.0], [0.0, 0.0], [0.0, 0.0]]))


@judges("merge-and-unmerge")
def test_the_merged_weight_gives_the_same_output_alone(candidate):
    after = candidate.outputs_after(["merge"], X, **LAYER)
    assert_close(after["output"], OUTPUT)
    assert_close(after["without_adapter"], OUTPUT)


@judges("merge-and-unmerge")
def test_unmerged_the_base_is_what_it_was(candidate):
    after = candidate.outputs_after(["merge", "unmerge"], X, **LAYER)
    assert_close(after["output"], OUTPUT)
    assert_close(after["without_adapter"], BASE_OUTPUT)
