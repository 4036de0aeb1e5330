"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

An error is measured against the sum of the absolute values of all terms, which the reference gives for the absolute
values of everything that goes in. Where neither the scale nor the bias is judged, alpha is r and there is no bias: a
mistake fails the property that names it and few others.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]

# How many eps of the sum of all terms a right answer may be off. Half precision rounds up to five times by half an
# eps; in float32 the order in which products are summed counts too.
TOLERANCE = {torch.float32: 16.0, torch.bfloat16: 4.0, torch.float16: 4.0}


def a_layer(draw, size_in, size_out, r, alpha=None, bias=False):
    """What a layer in float32 is made with: values of either sign, alpha = r unless it is given."""
    return {
        "weight": draw.normal(size_out, size_in),
        "bias": draw.normal(size_out) * size_in**0.5 if bias else None,
        "lora_a": draw.normal(r, size_in),
        "lora_b": draw.normal(size_out, r),
        "alpha": r if alpha is None else alpha,
    }


def a_positive_layer(draw, size_in, size_out, r, alpha, dtype):
    """A layer for dtypes whose eps is coarse: nothing cancels, and weight, update and bias count about alike."""
    return {
        "weight": positive(draw, 1.0, size_out, size_in, dtype=dtype),
        "bias": positive(draw, size_in / 2, size_out, dtype=dtype),
        "lora_a": positive(draw, 1.0, r, size_in, dtype=dtype),
        "lora_b": positive(draw, 1 / alpha, size_out, r, dtype=dtype),
        "alpha": alpha,
    }


def positive(draw, size, *shape, dtype=torch.float32):
    """Values from a half to one and a half times `size`."""
    return draw.uniform(0.5 * size, 1.5 * size, *shape, dtype=dtype)


def new(layer, **more):
    """What a layer is made with whose adapter is the one that it makes itself."""
    made_with = {k: v for k, v in layer.items() if k not in ("lora_a", "lora_b")}
    return {**made_with, "r": len(layer["lora_a"]), **more}


def without_adapter(layer):
    return {**layer, "lora_b": torch.zeros_like(layer["lora_b"])}


def each(function, layer):
    """`function` of every tensor that a layer is made with, in float64."""
    return {k: function(v.double()) if isinstance(v, torch.Tensor) else v for k, v in layer.items()}


def exact(reference, x, layer):
    return reference.forward(x.double(), **each(torch.clone, layer))


def sum_of_terms(reference, x, layer):
    """The sum over in and r of the absolute values of all products, and of the bias."""
    return reference.forward(x.double().abs(), **each(torch.abs, layer))


def assert_rounded(actual, reference, x, layer, rounded_with=None):
    """Hold an output to the exact one; `rounded_with` is the layer whose terms were rounded, where there are more."""
    expected = exact(reference, x, layer)
    scale = sum_of_terms(reference, x, rounded_with or layer)
    assert_close(actual, expected, scale=scale, tolerance=TOLERANCE[x.dtype], dtype=x.dtype)


def assert_gradient(actual, reference, x, grad, layer, name):
    expected = reference.gradients(x.double(), grad.double(), **each(torch.clone, layer))
    scale = reference.gradients(x.double().abs(), grad.double().abs(), **each(torch.abs, layer))
    tolerance = TOLERANCE[x.dtype]
    assert_close(actual[name], expected[name], scale=scale[name], tolerance=tolerance, dtype=x.dtype)


@judges("values")
@pytest.mark.parametrize(("size_in", "size_out", "r"), [(24, 40, 4), (40, 24, 7), (32, 32, 2)])
def test_base_plus_update(candidate, reference, draw, size_in, size_out, r):
    x, layer = draw.normal(3, 5, size_in), a_layer(draw, size_in, size_out, r)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("scale")
@pytest.mark.parametrize(("r", "alpha"), [(1, 16), (4, 32), (8, 2), (8, 4.5), (3, 0.25), (16, 24)])
def test_the_scale_is_alpha_over_r(candidate, reference, draw, r, alpha):
    x, layer = draw.normal(6, 24), a_layer(draw, 24, 40, r, alpha)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("bias")
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("steps", [[], ["merge"], ["merge", "unmerge"]])
def test_the_bias_of_the_base(candidate, reference, draw, bias, steps):
    x, layer = draw.normal(6, 24), a_layer(draw, 24, 40, 4, bias=bias)
    actual = candidate.outputs_after(steps, x, **layer)["output"] if steps else candidate.forward(x, **layer)
    assert_rounded(actual, reference, x, layer)


@judges("shapes")
@pytest.mark.parametrize("shape", [(24,), (1, 24), (1, 1, 24), (7, 3), (5, 1), (1,), (3, 1, 17), (2, 3, 4, 5)])
@pytest.mark.parametrize(("size_out", "r"), [(40, 4), (1, 1)])
def test_any_leading_dimensions(candidate, reference, draw, shape, size_out, r):
    x, layer = draw.normal(*shape), a_layer(draw, shape[-1], size_out, r)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("shapes")
def test_a_view_that_is_not_contiguous(candidate, reference, draw):
    x, layer = draw.normal(3, 24, 5), a_layer(draw, 24, 40, 4)
    assert_rounded(candidate.forward_transposed(x, **layer), reference, x.transpose(-1, -2), layer)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize(("r", "alpha"), [(4, 8), (8, 8)])
def test_the_dtype_of_the_base_is_kept(candidate, reference, draw, dtype, r, alpha):
    x, layer = positive(draw, 1.0, 2, 5, 48, dtype=dtype), a_positive_layer(draw, 48, 24, r, alpha, dtype)
    assert_rounded(candidate.forward(x, **layer), reference, x, layer)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("steps", [["merge"], ["merge", "unmerge"]])
def test_merged_and_unmerged_in_half_precision(candidate, reference, draw, dtype, steps):
    x, layer = positive(draw, 1.0, 2, 5, 48, dtype=dtype), a_positive_layer(draw, 48, 24, 4, 8, dtype)
    actual = candidate.outputs_after(steps, x, **layer)
    in_the_weight = layer if steps[-1] == "merge" else without_adapter(layer)
    assert_rounded(actual["output"], reference, x, layer)
    assert_rounded(actual["without_adapter"], reference, x, in_the_weight, rounded_with=layer)


@judges("new-layer")
@pytest.mark.parametrize("r", [1, 6])
def test_a_new_layer_computes_what_its_base_does(candidate, reference, draw, r):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, r, alpha=32)
    actual = candidate.new_layer_forward(x, **new(layer))
    assert_rounded(actual, reference, x, without_adapter(layer))


@judges("new-layer")
def test_every_direction_of_a_new_layer_learns(candidate, draw):
    x, layer = draw.normal(64, 24), a_layer(draw, 24, 40, 6)
    actual = candidate.new_layer_gradients(x, draw.normal(64, 40), **new(layer))
    # The gradient for A goes through B, which is zero. The one for B is scale * grad^T (x A^T): it has rank r where
    # the r rows of A are independent.
    assert_close(actual["lora_A"], torch.zeros(6, 24), tolerance=0)
    assert isinstance(actual["lora_B"], torch.Tensor)
    assert actual["lora_B"].shape == (40, 6)
    assert actual["lora_B"].isfinite().all()
    assert torch.linalg.matrix_rank(actual["lora_B"].double(), rtol=1e-4) == 6


@judges("dropout-path")
@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.9])
def test_where_lora_b_is_zero_training_mode_gives_the_base(candidate, reference, draw, dropout):
    x, layer = draw.normal(3, 5, 24), without_adapter(a_layer(draw, 24, 40, 4, bias=True))
    assert_rounded(candidate.forward(x, **layer, dropout=dropout), reference, x, layer)


@judges("dropout")
@pytest.mark.parametrize("dropout", [0.25, 0.6])
def test_elements_are_dropped_and_the_rest_is_scaled_up(candidate, draw, dropout):
    # With A and B the identity and W = 0 each output is 0 or scale * x / (1 - dropout): the mask can be read off.
    size, alpha = 64, 96
    x = positive(draw, 1.0, size, size)
    identity, zero = torch.eye(size), torch.zeros(size, size)
    layer = {"weight": zero, "bias": None, "lora_a": identity, "lora_b": identity, "alpha": alpha}
    actual = candidate.forward_in_both_modes(x, **layer, dropout=dropout)["train"]
    kept = [output != 0 for output in actual]
    for output, mask in zip(actual, kept, strict=True):
        expected = x.double() * (alpha / size) / (1 - dropout) * mask
        assert_close(output, expected, tolerance=16.0, dtype=x.dtype)
        # Hoeffding: a right answer is off by 0.06 in 4096 elements with a probability of 2 exp(-29.4) < 1e-12.
        assert abs(mask.double().mean() - (1 - dropout)) < 0.06
        # All 64 rows alike, or all columns: of a right answer less than 1e-100.
        assert (mask != mask[:1]).any()
        assert (mask != mask[:, :1]).any()
    assert not torch.equal(*kept)


@judges("dropout")
def test_nothing_is_dropped_in_evaluation_mode(candidate, reference, draw):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, 4)
    assert_rounded(candidate.forward_in_both_modes(x, **layer, dropout=0.5)["eval"], reference, x, layer)


@judges("dropout")
@pytest.mark.parametrize("given", [{}, {"dropout": 0.0}])
def test_nothing_is_dropped_unless_asked_for(candidate, reference, draw, given):
    x, layer = draw.normal(8, 96), a_layer(draw, 96, 40, 4)
    assert_rounded(candidate.forward(x, **layer, **given), reference, x, layer)


@judges("input-gradient")
@pytest.mark.parametrize(("r", "alpha", "bias"), [(4, 4, True), (2, 5.0, False)])
def test_gradient_for_the_input(candidate, reference, draw, r, alpha, bias):
    x, grad, layer = draw.normal(3, 5, 24), draw.normal(3, 5, 40), a_layer(draw, 24, 40, r, alpha, bias)
    assert_gradient(candidate.gradients(x, grad, **layer), reference, x, grad, layer, "x")


@judges("input-gradient")
@pytest.mark.parametrize("dtype", HALVES)
def test_gradient_for_the_input_in_half_precision(candidate, reference, draw, dtype):
    x, grad = (positive(draw, 1.0, 2, 5, size, dtype=dtype) for size in (48, 24))
    layer = a_positive_layer(draw, 48, 24, 4, 8, dtype)
    assert_gradient(candidate.gradients(x, grad, **layer), reference, x, grad, layer, "x")


@judges("adapter-gradient")
@pytest.mark.parametrize("name", ["lora_A", "lora_B"])
@pytest.mark.parametrize(("r", "alpha"), [(1, 2), (4, 4), (8, 3.0)])
def test_gradient_for_the_adapter(candidate, reference, draw, name, r, alpha):
    x, grad, layer = draw.normal(3, 5, 24), draw.normal(3, 5, 40), a_layer(draw, 24, 40, r, alpha)
    assert_gradient(candidate.gradients(x, grad, **layer), reference, x, grad, layer, name)


@judges("adapter-gradient")
@pytest.mark.parametrize("name", ["lora_A", "lora_B"])
@pytest.mark.parametrize("dtype", HALVES)
def test_gradient_for_the_adapter_in_half_precision(candidate, reference, draw, name, dtype):
    x, grad = (positive(draw, 1.0, 2, 5, size, dtype=dtype) for size in (48, 24))
    layer = a_positive_layer(draw, 48, 24, 4, 8, dtype)
    assert_gradient(candidate.gradients(x, grad, **layer), reference, x, grad, layer, name)


@judges("merge")
@pytest.mark.parametrize(("r", "alpha"), [(1, 8), (4, 4), (6, 1.5)])
def test_merging_leaves_the_output(candidate, reference, draw, r, alpha):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, r, alpha)
    actual = candidate.outputs_after(["merge"], x, **layer, dropout=0.5)
    assert_rounded(actual["output"], reference, x, layer)
    assert_rounded(actual["without_adapter"], reference, x, layer)


@judges("merge-twice")
@pytest.mark.parametrize("steps", [["merge", "merge"], ["merge", "merge", "merge"]])
def test_merging_twice_is_merging_once(candidate, reference, draw, steps):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, 4)
    actual = candidate.outputs_after(steps, x, **layer)
    assert_rounded(actual["output"], reference, x, layer)
    assert_rounded(actual["without_adapter"], reference, x, layer)


@judges("merge-twice")
def test_one_unmerge_is_enough(candidate, reference, draw):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, 4)
    actual = candidate.outputs_after(["merge", "merge", "unmerge"], x, **layer)
    assert_rounded(actual["without_adapter"], reference, x, without_adapter(layer), rounded_with=layer)


@judges("unmerge")
@pytest.mark.parametrize(
    "steps",
    [
        ["unmerge"],
        ["merge", "unmerge"],
        ["merge", "unmerge", "unmerge"],
        ["merge", "unmerge", "merge", "unmerge", "merge", "unmerge"],
    ],
)
def test_unmerging_restores_the_base(candidate, reference, draw, steps):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, 4, alpha=6)
    actual = candidate.outputs_after(steps, x, **layer)
    assert_rounded(actual["output"], reference, x, layer)
    assert_rounded(actual["without_adapter"], reference, x, without_adapter(layer), rounded_with=layer)


@judges("unmerge")
@pytest.mark.parametrize("steps", [["unmerge", "merge"], ["merge", "unmerge", "merge"]])
def test_merging_again(candidate, reference, draw, steps):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 40, 4, alpha=6)
    actual = candidate.outputs_after(steps, x, **layer)
    assert_rounded(actual["output"], reference, x, layer)
    assert_rounded(actual["without_adapter"], reference, x, layer)


@judges("current-values")
def test_an_adapter_that_has_learnt(candidate, reference, draw):
    x, old, now = draw.normal(3, 5, 24), a_layer(draw, 24, 40, 4), a_layer(draw, 24, 40, 4)
    now |= {"weight": old["weight"], "bias": old["bias"]}
    actual = candidate.outputs_after_update(x, now["lora_a"], now["lora_b"], **old)
    assert_rounded(actual["output"], reference, x, now)
    assert_rounded(actual["merged"], reference, x, now)


@judges("parameters")
@pytest.mark.parametrize("dtype", [torch.float32, *HALVES])
@pytest.mark.parametrize("r", [1, 6])
def test_two_parameters_in_the_dtype_of_the_base(candidate, draw, dtype, r):
    layer = a_positive_layer(draw, 24, 40, r, 8, dtype)
    parameters = candidate.new_parameters(**new(layer))
    assert {"lora_A", "lora_B"} <= set(parameters)
    assert (parameters["lora_A"].shape, parameters["lora_A"].dtype) == ((r, 24), dtype)
    assert (parameters["lora_B"].shape, parameters["lora_B"].dtype) == ((40, r), dtype)


@judges("frozen-base")
@pytest.mark.parametrize("bias", [True, False])
def test_nothing_else_trains(candidate, draw, bias):
    names = candidate.names_that_train(**new(a_layer(draw, 24, 40, 4, bias=bias)))
    assert names["new"] == names["unmerged"] == ["lora_A", "lora_B"]
    assert set(names["merged"]) <= {"lora_A", "lora_B"}


@judges("unchanged-input")
@pytest.mark.parametrize("dtype", [torch.float32, *HALVES])
@pytest.mark.parametrize("given", [{}, {"dropout": 0.5}])
def test_inputs_are_left_as_they_were(candidate, draw, dtype, given):
    x, layer = positive(draw, 1.0, 2, 5, 24, dtype=dtype), a_positive_layer(draw, 24, 40, 4, 8, dtype)
    after = candidate.inputs_afterwards(x, **layer, **given)
    assert_close(after["x"], x, tolerance=0)
    assert_close(after["lora_A"], layer["lora_a"], tolerance=0)
    assert_close(after["lora_B"], layer["lora_b"], tolerance=0)
