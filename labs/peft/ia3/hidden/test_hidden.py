"""The hidden suite. Expected values are the reference's in float64, held to the sum of the sizes of all terms."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]
# How many eps of the sum of all terms a right answer may be off: products are rounded up to three times in half
# precision; in float32 the order of summing counts too.
TOLERANCE = {torch.float32: 16.0, torch.bfloat16: 4.0, torch.float16: 4.0}


def a_layer(draw, size_in, size_out, feedforward, bias=False, dtype=torch.float32):
    """Values of either sign; elements of the vector from a half to two in size, none near one or zero."""
    size = size_in if feedforward else size_out
    sign = draw.integers(0, 2, size) * 2 - 1
    return {
        "weight": draw.normal(size_out, size_in, dtype=dtype),
        "bias": draw.normal(size_out, dtype=dtype) * size_in**0.5 if bias else None,
        "vector": draw.uniform(1.25, 2.0, size) * sign,
        "feedforward": feedforward,
    }


def each(function, layer):
    return {k: function(v.double()) if isinstance(v, torch.Tensor) else v for k, v in layer.items()}


def plain(layer):
    return layer | {"vector": torch.ones_like(layer["vector"])}


def assert_rounded(actual, reference, x, layer, rounded_with=None):
    """Hold an output to the exact one; `rounded_with` is the layer whose terms were rounded, where there are more."""
    expected = reference.forward(x.double(), **each(torch.clone, layer))
    scale = reference.forward(x.double().abs(), **each(torch.abs, rounded_with or layer))
    assert_close(actual, expected, scale=scale, tolerance=TOLERANCE[x.dtype], dtype=x.dtype)


def assert_gradient(actual, reference, x, grad, layer, name, dtype):
    expected = reference.gradients(x.double(), grad.double(), **each(torch.clone, layer))[name]
    scale = reference.gradients(x.double().abs(), grad.double().abs(), **each(torch.abs, layer))[name]
    assert_close(actual[name], expected, scale=scale, tolerance=TOLERANCE[x.dtype], dtype=dtype)


@judges("output")
@pytest.mark.parametrize("size", [(24, 40), (32, 32)])
def test_the_output_is_scaled(candidate, reference, draw, size):
    x, layer = draw.normal(3, 5, size[0]), a_layer(draw, *size, feedforward=False)
    if size == (32, 32):
        del layer["feedforward"]  # by default
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("feed-forward-input")
@pytest.mark.parametrize("size", [(24, 40), (32, 32)])
def test_the_input_is_scaled_in_a_feed_forward_network(candidate, reference, draw, size):
    x, layer = draw.normal(3, 5, size[0]), a_layer(draw, *size, feedforward=True)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("bias")
@pytest.mark.parametrize("feedforward", [False, True])
def test_the_bias(candidate, reference, draw, feedforward):
    x, layer = draw.normal(6, 24), a_layer(draw, 24, 24, feedforward, bias=True)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("shapes")
@pytest.mark.parametrize(
    ("shape", "size_out", "feedforward"),
    [((17,), 5, True), ((6,), 4, False), ((1, 1, 7), 1, False), ((2, 3, 1, 5), 9, True)],
)
def test_any_leading_dimensions(candidate, reference, draw, shape, size_out, feedforward):
    x, layer = draw.normal(*shape), a_layer(draw, shape[-1], size_out, feedforward)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("half-precision")
@pytest.mark.parametrize(("dtype", "feedforward"), [(HALVES[0], False), (HALVES[1], True)])
def test_the_dtype_of_the_base_is_kept(candidate, reference, draw, dtype, feedforward):
    x, layer = draw.normal(2, 5, 48, dtype=dtype), a_layer(draw, 48, 24, feedforward, bias=True, dtype=dtype)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)
    merged = candidate.outputs_after(["merge"], x, **layer)
    assert_rounded(merged["output"], reference, x, layer)


@judges("new-layer")
@pytest.mark.parametrize(("dtype", "feedforward"), [(torch.float32, False), (HALVES[0], True), (HALVES[1], False)])
def test_a_new_layer_computes_what_its_base_does(candidate, reference, draw, dtype, feedforward):
    x, layer = draw.normal(3, 24, dtype=dtype), a_layer(draw, 24, 40, feedforward, bias=True, dtype=dtype)
    actual = candidate.new_layer(x, **{k: v for k, v in layer.items() if k != "vector"})
    assert_close(actual["vector"], torch.ones_like(layer["vector"]), tolerance=0)
    assert_rounded(actual["output"], reference, x, plain(layer))


@judges("input-gradient")
@pytest.mark.parametrize("feedforward", [False, True])
def test_gradient_for_the_input(candidate, reference, draw, feedforward):
    x, grad, layer = draw.normal(3, 5, 24), draw.normal(3, 5, 40), a_layer(draw, 24, 40, feedforward)
    assert_gradient(candidate.gradients(x, grad, **layer), reference, x, grad, layer, "x", torch.float32)


@judges("vector-gradient")
@pytest.mark.parametrize("feedforward", [False, True])
def test_gradient_for_the_vector(candidate, reference, draw, feedforward):
    x, grad, layer = draw.normal(3, 5, 24), draw.normal(3, 5, 40), a_layer(draw, 24, 40, feedforward, bias=True)
    assert_gradient(candidate.gradients(x, grad, **layer), reference, x, grad, layer, "vector", torch.float32)


@judges("merge")
@pytest.mark.parametrize(("feedforward", "steps"), [(False, ["merge"]), (True, ["merge"]), (False, ["merge"] * 3)])
def test_merging_leaves_the_output(candidate, reference, draw, feedforward, steps):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 24, feedforward, bias=True)
    actual = candidate.outputs_after(steps, x, **layer)
    assert_rounded(actual["output"], reference, x, layer)
    # Once the vector is all ones, only what is in the base can scale.
    assert_rounded(actual["base"], reference, x, layer)


@judges("unmerge")
@pytest.mark.parametrize("dtype", [torch.float32, HALVES[0]])
@pytest.mark.parametrize("feedforward", [False, True])
def test_unmerging_brings_the_base_back_exactly(candidate, reference, draw, dtype, feedforward):
    x, layer = draw.normal(3, 5, 24, dtype=dtype), a_layer(draw, 24, 40, feedforward, bias=True, dtype=dtype)
    layer["vector"][draw.integer(0, 24)] = 0.0
    actual = candidate.outputs_after(["unmerge", "merge", "merge", "unmerge", "unmerge"], x, **layer)
    assert_rounded(actual["output"], reference, x, layer)
    assert_rounded(actual["base"], reference, x, plain(layer), rounded_with=each(torch.abs, plain(layer)))
    assert torch.equal(actual["base"], actual["plain"])


@judges("current-vector")
@pytest.mark.parametrize("steps", [["merge", "unmerge"], ["merge", "unmerge", "merge"]])
def test_a_vector_that_has_learnt(candidate, reference, draw, steps):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, False, bias=True)
    now = layer | {"vector": a_layer(draw, 24, 40, False)["vector"]}
    actual = candidate.outputs_after(steps, x, new_vector=now["vector"], **layer)
    assert_rounded(actual["output"], reference, x, now)


@judges("what-trains")
@pytest.mark.parametrize("feedforward", [False, True])
def test_the_vector_and_nothing_else(candidate, draw, feedforward):
    layer = a_layer(draw, 24, 40, feedforward, bias=True)
    names = candidate.what_trains(**{k: v for k, v in layer.items() if k != "vector"})
    assert names["new"] == names["unmerged"] == ["ia3_l"]
    assert set(names["merged"]) <= {"ia3_l"}


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    x, layer = draw.normal(2, 5, 24), a_layer(draw, 24, 40, True)
    after = candidate.inputs_afterwards(x, **layer)
    assert_close(after["x"], x, tolerance=0)
    assert_close(after["vector"], layer["vector"], tolerance=0)
