"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

# Two virtual tokens of width 1 through hidden layers of width 1.
MLP = {
    "embedding.weight": torch.tensor([[1.0], [-3.0]]),
    "mlp_head.0.weight": torch.tensor([[2.0]]),
    "mlp_head.0.bias": torch.tensor([1.0]),
    "mlp_head.2.weight": torch.tensor([[-1.0]]),
    "mlp_head.2.bias": torch.tensor([4.0]),
    "mlp_head.4.weight": torch.tensor([[3.0]]),
    "mlp_head.4.bias": torch.tensor([-5.0]),
}
IDS = torch.tensor([[7, 0, 7], [0, 7, 7]])
EMBEDS = torch.tensor([[[10.0], [11.0], [12.0]], [[13.0], [14.0], [15.0]]])


@judges("mlp")
def test_three_layers_by_hand(candidate):
    # 1: relu(2 + 1) = 3, relu(-3 + 4) = 1, 3 - 5 = -2. And -3: relu(-6 + 1) = 0, relu(0 + 4) = 4, 12 - 5 = 7.
    sizes = {"length": 2, "dim": 1, "hidden": 1, "kind": "MLP"}
    actual = candidate.virtual_tokens(2, sizes=sizes, parameters=MLP)
    assert_close(actual, torch.tensor([[[-2.0], [7.0]]]).expand(2, 2, 1))


@judges("lstm")
def test_names_and_shapes_of_the_lstm(candidate):
    parameters = candidate.new_parameters({"length": 4, "dim": 3, "hidden": 5, "kind": "LSTM", "layers": 1})
    shapes = {"embedding.weight": (4, 3), "mlp_head.0.weight": (10, 10), "mlp_head.0.bias": (10,)}
    shapes |= {"mlp_head.2.weight": (3, 10), "mlp_head.2.bias": (3,)}
    for direction in ("", "_reverse"):
        shapes[f"lstm_head.weight_ih_l0{direction}"] = (20, 3)
        shapes[f"lstm_head.weight_hh_l0{direction}"] = (20, 5)
        shapes[f"lstm_head.bias_ih_l0{direction}"] = shapes[f"lstm_head.bias_hh_l0{direction}"] = (20,)
    assert {name: tuple(getattr(tensor, "shape", ())) for name, tensor in parameters.items()} == shapes


@judges("fill")
def test_two_virtual_tokens_in_three_places(candidate):
    virtual = torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])
    actual = candidate.filled(virtual, IDS, EMBEDS, 7)
    assert_close(actual, torch.tensor([[[1.0], [11.0], [2.0]], [[13.0], [3.0], [4.0]]]))


@judges("fill")
def test_one_pseudo_token_too_many(candidate):
    assert candidate.fill_refused(torch.zeros(2, 1, 1), IDS, EMBEDS, 7) is True
