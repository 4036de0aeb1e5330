"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

X = torch.tensor([1.0, 2.0])
# r = 1, alpha = 2, so the scale is 2. B A = ((3, 0), (0, 0)), V = W + 2 B A = ((3, 4), (0, 2)) with norms 5 and 2.
# V x = (11, 4), times m / ||V|| = (10 / 5, 1 / 2): (22, 2), plus the bias.
BASE = {"weight": torch.tensor([[-3.0, 4.0], [0.0, 2.0]]), "bias": torch.tensor([1.0, -1.0]), "alpha": 2}
LAYER = BASE | {
    "lora_a": torch.tensor([[1.0, 0.0]]),
    "lora_b": torch.tensor([[3.0], [0.0]]),
    "magnitude": torch.tensor([10.0, 1.0]),
}
OUTPUT = torch.tensor([23.0, 1.0])
BASE_OUTPUT = torch.tensor([6.0, 3.0])  # W x = (5, 4)


@judges("hand-worked-values")
def test_direction_times_magnitude(candidate):
    assert_close(candidate.forward(X, **LAYER), OUTPUT)


@judges("new-layer")
def test_a_new_layer_is_its_base(candidate):
    actual = candidate.new_layer(X, **BASE, r=1)
    assert_close(actual["output"], BASE_OUTPUT)
    assert_close(actual["parameters"]["magnitude"], torch.tensor([5.0, 2.0]))


@judges("gradient")
def test_gradients_of_the_first_output(candidate):
    # ||V|| is a constant: x gets m / ||V|| V[0], m gets V[0] x / ||V||, B gets 2 m / ||V|| A x, A gets 2 m / ||V|| B x.
    actual = candidate.gradients(X, torch.tensor([1.0, 0.0]), **LAYER)
    assert_close(actual["x"], torch.tensor([6.0, 8.0]))
    assert_close(actual["magnitude"], torch.tensor([2.2, 0.0]))
    assert_close(actual["lora_B"], torch.tensor([[4.0], [0.0]]))
    assert_close(actual["lora_A"], torch.tensor([[12.0, 24.0]]))


@judges("merge-and-unmerge")
def test_merged_and_back(candidate):
    merged = candidate.outputs_after(["merge"], X, **LAYER)
    assert_close(merged["output"], OUTPUT)
    assert_close(merged["base"], OUTPUT)
    back = candidate.outputs_after(["merge", "unmerge"], X, **LAYER)
    assert_close(back["output"], OUTPUT)
    assert_close(back["base"], BASE_OUTPUT)
