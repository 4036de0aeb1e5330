"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged."""

import itertools

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]
PSEUDO = 99


def some_sizes(kind, length=5, dim=6, hidden=4, **more):
    return {"length": length, "dim": dim, "hidden": hidden, "kind": kind} | more


def some_parameters(draw, sizes, dtype=torch.float32):
    """Values for the parameters of an encoder of these sizes, by name."""
    dim, hidden = sizes["dim"], sizes["hidden"]
    shapes = {"embedding.weight": (sizes["length"], dim)}
    if sizes["kind"] == "LSTM":
        for layer in range(sizes.get("layers", 2)):
            for end in (f"_l{layer}", f"_l{layer}_reverse"):
                shapes[f"lstm_head.weight_ih{end}"] = (4 * hidden, 2 * hidden if layer else dim)
                shapes[f"lstm_head.weight_hh{end}"] = (4 * hidden, hidden)
                shapes[f"lstm_head.bias_ih{end}"] = shapes[f"lstm_head.bias_hh{end}"] = (4 * hidden,)
        widths = [2 * hidden, 2 * hidden, dim]
    else:
        widths = [dim, hidden, hidden, dim]
    for i, (size_in, size_out) in enumerate(itertools.pairwise(widths)):
        shapes |= {f"mlp_head.{2 * i}.weight": (size_out, size_in), f"mlp_head.{2 * i}.bias": (size_out,)}
    return {name: (draw.normal(*s) / (s[1] ** 0.5 if len(s) > 1 else 1)).to(dtype) for name, s in shapes.items()}


def an_encoder(draw, kind, **sizes):
    sizes = some_sizes(kind, **sizes)
    return {"sizes": sizes, "parameters": some_parameters(draw, sizes)}


def wide(given):
    return given | {"parameters": {name: tensor.double() for name, tensor in given["parameters"].items()}}


def assert_tokens(actual, expected, dtype=torch.float32, tolerance=64.0):
    assert_close(actual, expected, scale=expected.abs() + 1.0, tolerance=tolerance, dtype=dtype)


def some_template(draw, batch, seq, length, dim, dtype=torch.float32):
    """Ids with `length` pseudo tokens anywhere in each sequence, embeddings, and other virtual tokens for each."""
    ids = draw.integers(0, 50, batch, seq)
    for row in ids:
        row[draw.uniform(0.0, 1.0, seq).argsort()[:length]] = PSEUDO
    embeds, virtual = draw.normal(batch, seq, dim, dtype=dtype), draw.normal(batch, length, dim)
    return {"virtual": virtual, "ids": ids, "embeds": embeds, "pseudo": PSEUDO}


@judges("mlp")
@pytest.mark.parametrize(("batch", "sizes"), [(2, {}), (1, {"length": 1, "dim": 1, "hidden": 3}), (3, {"hidden": 9})])
def test_three_layers(candidate, reference, draw, batch, sizes):
    given = an_encoder(draw, "MLP", **sizes)
    assert_tokens(candidate.virtual_tokens(batch, **given), reference.virtual_tokens(batch, **wide(given)))


@judges("lstm")
@pytest.mark.parametrize(
    ("batch", "sizes"),
    [(2, {}), (1, {"length": 1, "layers": 1}), (3, {"length": 7, "layers": 3, "dim": 3}), (5, {"layers": 1})],
)
def test_both_directions(candidate, reference, draw, batch, sizes):
    given = an_encoder(draw, "LSTM", **sizes)
    assert_tokens(candidate.virtual_tokens(batch, **given), reference.virtual_tokens(batch, **wide(given)))


@judges("parameters")
@pytest.mark.parametrize("sizes", [some_sizes("MLP"), some_sizes("LSTM"), some_sizes("LSTM", layers=1, hidden=3)])
def test_names_and_shapes(candidate, reference, sizes):
    actual, expected = candidate.new_parameters(sizes), reference.new_parameters(sizes)
    assert isinstance(actual, dict)
    assert {name: getattr(t, "shape", None) for name, t in actual.items()} == {n: t.shape for n, t in expected.items()}
    assert actual["embedding.weight"].std() > 0


@judges("gradients")
@pytest.mark.parametrize("kind", ["MLP", "LSTM"])
def test_gradients_for_every_parameter(candidate, reference, draw, kind):
    given, grad = an_encoder(draw, kind), draw.normal(3, 5, 6)
    actual = candidate.gradients(3, grad, **given)
    expected = reference.gradients(3, grad.double(), **wide(given))
    assert isinstance(actual, dict)
    for name, right in expected.items():
        assert_close(actual.get(name), right, scale=right.abs() + 4.0, tolerance=64.0, dtype=torch.float32)


@judges("dropout")
def test_everything_between_the_layers_of_the_lstm_is_dropped(candidate, reference, draw):
    # With a probability of 1 nothing is left to chance: the second layer gets zeros.
    given = an_encoder(draw, "LSTM", layers=2, dropout=1.0)
    actual = candidate.virtual_tokens(2, training=True, **given)
    assert_tokens(actual, reference.virtual_tokens(2, training=True, **wide(given)))


@judges("dropout")
def test_anew_in_training_and_never_in_evaluation(candidate, reference, draw):
    given = an_encoder(draw, "LSTM", length=8, layers=2, dropout=0.5)
    given["parameters"]["mlp_head.0.bias"].abs_().add_(4.0)  # where relu shut the head, no dropout would show behind it
    actual = candidate.in_both_modes(2, **given)
    expected = reference.virtual_tokens(2, **wide(given))
    for tokens in actual["eval"]:
        assert_tokens(tokens, expected)
    for tokens in actual["train"]:
        assert isinstance(tokens, torch.Tensor)
        assert tokens.shape == expected.shape
    # All 64 values between the layers dropped alike in two calls: less than 1e-19.
    assert not torch.equal(*actual["train"])


def a_window_on_the_first_layer(draw, hidden):
    """An LSTM whose second layer and head hand on what they get, times 0.01: gates open, tanh of little."""
    given = an_encoder(draw, "LSTM", length=16, dim=2 * hidden, hidden=hidden, layers=2)
    parameters, identity = given["parameters"], torch.eye(2 * hidden)
    for end, columns in (("_l1", slice(0, hidden)), ("_l1_reverse", slice(hidden, None))):
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            parameters[f"lstm_head.{name}{end}"].zero_()
        parameters[f"lstm_head.weight_ih{end}"][2 * hidden : 3 * hidden] = 0.01 * identity[columns]  # the cell's input
        gates = torch.tensor([20.0, -20.0, 0.0, 20.0]).repeat_interleave(hidden)  # in, forget, cell, out
        parameters[f"lstm_head.bias_ih{end}"].copy_(gates)
    parameters |= {"mlp_head.0.weight": identity, "mlp_head.2.weight": identity}
    parameters |= {"mlp_head.0.bias": torch.ones(2 * hidden), "mlp_head.2.bias": -torch.ones(2 * hidden)}
    return given


@judges("dropout")
def test_what_is_left_is_divided_by_what_is_kept(candidate, draw):
    given, dropout = a_window_on_the_first_layer(draw, 4), 0.2
    given["sizes"]["dropout"] = dropout
    both = candidate.in_both_modes(1, **given)
    whole = both["eval"][0]
    for tokens in both["train"]:
        assert isinstance(tokens, torch.Tensor)
        assert tokens.shape == whole.shape == (1, 16, 8)
        kept = tokens.abs() > whole.abs() / 2
        expected = whole * kept / (1 - dropout)
        assert ((tokens - expected).abs() <= 0.02 * expected.abs() + 2e-6).all()
        # Hoeffding: of 128 elements a right answer is off by 0.3 with a probability of 2 exp(-23) < 1e-9.
        assert abs(kept.double().mean() - (1 - dropout)) < 0.3


@judges("dropout")
@pytest.mark.parametrize("sizes", [{"kind": "MLP", "dropout": 0.9}, {"kind": "LSTM", "layers": 1, "dropout": 0.9}])
def test_nowhere_else(candidate, reference, draw, sizes):
    given = an_encoder(draw, **sizes)
    assert_tokens(candidate.virtual_tokens(2, training=True, **given), reference.virtual_tokens(2, **wide(given)))


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_is_kept(candidate, reference, draw, dtype):
    sizes = some_sizes("MLP")
    given = {"sizes": sizes, "parameters": some_parameters(draw, sizes, dtype)}
    expected = reference.virtual_tokens(2, **wide(given))
    scale = expected.abs().max().expand_as(expected) + 2.0
    assert_close(candidate.virtual_tokens(2, **given), expected, scale=scale, tolerance=8.0, dtype=dtype)
    template = some_template(draw, 2, 6, 3, 4, dtype)
    assert_close(candidate.filled(**template), reference.filled(**template), tolerance=0, dtype=dtype)


@judges("table")
@pytest.mark.parametrize(("kind", "training"), [("MLP", True), ("LSTM", False), ("LSTM", True)])
def test_the_table_in_either_mode(candidate, reference, draw, kind, training):
    given = an_encoder(draw, kind, dropout=0.5) | {"training": training}
    actual = candidate.table(**given)
    assert_tokens(actual["table"], reference.table(**wide(given))["table"])
    assert actual["on_the_graph"] is False
    assert actual["training"] is training


@judges("fixed")
@pytest.mark.parametrize("kind", ["MLP", "LSTM"])
def test_a_fixed_prompt_needs_no_encoder(candidate, reference, draw, kind):
    given = an_encoder(draw, kind)
    actual, expected = candidate.fixed(3, **given), reference.fixed(3, **wide(given))
    assert_tokens(actual["eval"], expected["eval"])
    assert_tokens(actual["train"], expected["train"])
    assert actual["trains"] == []


@judges("fixed")
def test_a_fixed_prompt_is_saved(candidate, draw):
    assert candidate.fixed_saved(draw.normal(5, 3)) == [[5, 3]]


@judges("fill")
@pytest.mark.parametrize(("batch", "seq", "length"), [(3, 9, 4), (1, 1, 1), (2, 5, 5)])
def test_virtual_tokens_in_their_order(candidate, reference, draw, batch, seq, length):
    template = some_template(draw, batch, seq, length, 4)
    assert_close(candidate.filled(**template), reference.filled(**template), tolerance=0)


@judges("fill")
def test_gradients_where_the_values_went(candidate, reference, draw):
    template, grad = some_template(draw, 3, 7, 3, 4), draw.normal(3, 7, 4)
    actual, expected = (side.fill_gradients(**template, grad=grad) for side in (candidate, reference))
    assert_close(actual["virtual"], expected["virtual"], tolerance=0)
    assert_close(actual["embeds"], expected["embeds"], tolerance=0)


@judges("fill-refused")
@pytest.mark.parametrize("change", ["one more", "one less", "moved to another sequence", "none"])
def test_as_many_places_as_virtual_tokens(candidate, draw, change):
    template = some_template(draw, 2, 6, 3, 4)
    ids = template["ids"]
    free, taken = ((ids == PSEUDO).long().argmin(dim=1), (ids == PSEUDO).long().argmax(dim=1))
    if change in ("one more", "moved to another sequence"):
        ids[0, free[0]] = PSEUDO
    if change in ("one less", "moved to another sequence"):
        ids[1, taken[1]] = 0
    assert candidate.fill_refused(**template) is (change != "none")


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    template = some_template(draw, 2, 6, 3, 4)
    after = candidate.inputs_after_fill(**template)
    assert_close(after["virtual"], template["virtual"], tolerance=0)
    assert_close(after["embeds"], template["embeds"], tolerance=0)
    assert_close(after["ids"], template["ids"])
