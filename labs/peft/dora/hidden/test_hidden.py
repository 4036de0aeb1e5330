"""The hidden suite. Expected values are the reference's in float64; float32 is held to the size of the largest value.

Where neither the scale nor the bias is judged, alpha is r and there is no bias. Layers in half precision are positive
throughout, so that nothing cancels and every value is held to its own size.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]
TOLERANCE = {torch.float32: 64.0, torch.bfloat16: 8.0, torch.float16: 8.0}


def a_layer(draw, size_in, size_out, r, alpha=None, bias=False):
    """An update as large as the weight, and magnitudes that differ from all norms."""
    return {
        "weight": draw.normal(size_out, size_in),
        "bias": draw.normal(size_out) * 2 if bias else None,
        "lora_a": draw.normal(r, size_in),
        "lora_b": draw.normal(size_out, r),
        "magnitude": draw.uniform(0.5, 3.0, size_out),
        "alpha": r if alpha is None else alpha,
    }


def a_positive_layer(draw, size_in, size_out, r, dtype, size=1.0):
    return {
        "weight": draw.uniform(0.5 * size, 1.5 * size, size_out, size_in, dtype=dtype),
        "bias": draw.uniform(0.5, 1.5, size_out, dtype=dtype),
        "lora_a": draw.uniform(0.5, 1.5, r, size_in, dtype=dtype),
        "lora_b": draw.uniform(0.25 * size / r, 0.5 * size / r, size_out, r, dtype=dtype),
        # About the length of V's rows: a correction to W x, as peft computes it, must not cancel.
        "magnitude": draw.uniform(size * size_in**0.5, 2 * size * size_in**0.5, size_out, dtype=dtype),
        "alpha": 2 * r,
    }


def new(layer):
    made_with = {k: v for k, v in layer.items() if k not in ("lora_a", "lora_b", "magnitude")}
    return made_with | {"r": len(layer["lora_a"])}


def as_made(layer):
    """With the adapter of a new layer."""
    norms = layer["weight"].double().norm(dim=1)
    return layer | {"lora_b": torch.zeros_like(layer["lora_b"]), "magnitude": norms}


def wide(layer):
    return {k: v.double() if isinstance(v, torch.Tensor) else v for k, v in layer.items()}


def assert_value(actual, expected, dtype):
    size = expected.abs().amax() if dtype is torch.float32 else expected.abs()
    assert_close(actual, expected, scale=size, tolerance=TOLERANCE[dtype], dtype=dtype)


def assert_output(actual, reference, x, layer):
    assert_value(actual, reference.forward(x.double(), **wide(layer)), x.dtype)


def assert_gradient(candidate, reference, draw, name, alpha=None):
    x, grad, layer = draw.normal(3, 5, 24), draw.normal(3, 5, 20), a_layer(draw, 24, 20, 4, alpha, bias=True)
    actual = candidate.gradients(x, grad, **layer)[name]
    assert_value(actual, reference.gradients(x.double(), grad.double(), **wide(layer))[name], torch.float32)


@judges("values")
@pytest.mark.parametrize(
    ("shape", "size_out", "r"), [((3, 5, 24), 40, 4), ((17,), 9, 1), ((1, 1, 8), 1, 3), ((2, 1, 3, 5), 7, 2)]
)
def test_direction_times_magnitude(candidate, reference, draw, shape, size_out, r):
    x, layer = draw.normal(*shape), a_layer(draw, shape[-1], size_out, r)
    assert_output(candidate.forward(x, **layer), reference, x, layer)


@judges("norm")
@pytest.mark.parametrize("size", [24, 7])
def test_the_length_of_each_row_of_the_updated_weight(candidate, reference, draw, size):
    x, layer = draw.normal(6, size), a_layer(draw, size, size, 2)
    layer["weight"] *= draw.uniform(0.2, 3.0, size, size)
    assert_output(candidate.forward(x, **layer), reference, x, layer)


@judges("scale")
@pytest.mark.parametrize(("r", "alpha"), [(4, 16), (8, 2), (3, 0.5)])
def test_the_scale_is_in_the_update_and_in_the_norm(candidate, reference, draw, r, alpha):
    x, layer = draw.normal(6, 24), a_layer(draw, 24, 40, r, alpha)
    assert_output(candidate.forward(x, **layer), reference, x, layer)


@judges("bias")
@pytest.mark.parametrize("steps", [[], ["merge"]])
def test_the_bias_is_not_scaled(candidate, reference, draw, steps):
    x, layer = draw.normal(6, 24), a_layer(draw, 24, 40, 4, bias=True)
    actual = candidate.outputs_after(steps, x, **layer)["output"] if steps else candidate.forward(x, **layer)
    assert_output(actual, reference, x, layer)


@judges("new-layer")
@pytest.mark.parametrize("dtype", [torch.float32, *HALVES])
def test_a_new_layer_is_its_base(candidate, reference, draw, dtype):
    r = draw.integer(1, 6)
    layer = a_positive_layer(draw, 24, 20, r, dtype)
    x = draw.uniform(0.5, 1.5, 3, 24, dtype=dtype)
    actual = candidate.new_layer(x, **new(layer))
    assert_output(actual["output"], reference, x, as_made(layer))
    made = actual["parameters"]
    assert isinstance(made, dict)
    assert_close(made["magnitude"], as_made(layer)["magnitude"], tolerance=2.0, dtype=dtype)
    assert_close(made["lora_B"], torch.zeros(20, r, dtype=dtype), tolerance=0)
    assert isinstance(made["lora_A"], torch.Tensor)
    assert (made["lora_A"].shape, made["lora_A"].dtype) == ((r, 24), dtype)
    assert torch.linalg.matrix_rank(made["lora_A"].double(), rtol=1e-3) == r


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_of_the_base_is_kept(candidate, reference, draw, dtype):
    x, layer = draw.uniform(0.5, 1.5, 2, 5, 48, dtype=dtype), a_positive_layer(draw, 48, 24, 4, dtype)
    assert_output(candidate.forward(x, **layer), reference, x, layer)
    assert_output(candidate.outputs_after(["merge"], x, **layer)["output"], reference, x, layer)


@judges("half-precision")
def test_squares_that_float16_cannot_hold(candidate, reference, draw):
    layer = a_positive_layer(draw, 16, 6, 2, torch.float16, size=400.0)
    x = draw.uniform(0.5 / 64, 1 / 64, 3, 16, dtype=torch.float16)
    assert_output(candidate.forward(x, **layer), reference, x, layer)
    assert_output(candidate.outputs_after(["merge"], x, **layer)["output"], reference, x, layer)


@judges("input-gradient")
def test_gradient_for_the_input(candidate, reference, draw):
    assert_gradient(candidate, reference, draw, "x")


@judges("magnitude-gradient")
def test_gradient_for_the_magnitude(candidate, reference, draw):
    assert_gradient(candidate, reference, draw, "magnitude")


@judges("adapter-gradient")
@pytest.mark.parametrize("name", ["lora_A", "lora_B"])
def test_the_norm_is_a_constant_to_the_adapter(candidate, reference, draw, name):
    assert_gradient(candidate, reference, draw, name)


@judges("merge")
@pytest.mark.parametrize(("steps", "alpha"), [(["merge"], 4), (["merge"] * 3, 6)])
def test_merging_leaves_the_output(candidate, reference, draw, steps, alpha):
    x, layer = draw.normal(3, 5, 24), a_layer(draw, 24, 24, 4, alpha)
    actual = candidate.outputs_after(steps, x, **layer)
    assert_output(actual["output"], reference, x, layer)
    assert_output(actual["base"], reference, x, layer)


@judges("unmerge")
@pytest.mark.parametrize("dtype", [torch.float32, HALVES[0]])
def test_unmerging_brings_the_base_back_exactly(candidate, reference, draw, dtype):
    x, layer = draw.uniform(0.5, 1.5, 2, 24, dtype=dtype), a_positive_layer(draw, 24, 20, 4, dtype)
    layer["magnitude"] *= 5  # so that a difference to the merged weight cannot be exact
    layer["magnitude"][draw.integer(0, 20)] = 0.0
    actual = candidate.outputs_after(["unmerge", "merge", "merge", "unmerge", "unmerge"], x, **layer)
    assert_output(actual["output"], reference, x, layer)
    assert_output(actual["base"], reference, x, as_made(layer))
    assert torch.equal(actual["base"], actual["plain"])


@judges("unmerge")
@pytest.mark.parametrize("steps", [["merge", "unmerge"], ["merge", "unmerge", "merge"]])
def test_a_magnitude_that_has_learnt(candidate, reference, draw, steps):
    x, layer = draw.normal(6, 24), a_layer(draw, 24, 20, 4)
    now = layer | {"magnitude": draw.uniform(3.0, 5.0, 20)}
    actual = candidate.outputs_after(steps, x, new_magnitude=now["magnitude"], **layer)
    assert_output(actual["output"], reference, x, now)


@judges("what-trains")
def test_the_adapter_and_nothing_else(candidate, draw):
    names = candidate.what_trains(**new(a_layer(draw, 24, 20, 4, bias=True)))
    assert names["new"] == names["unmerged"] == ["lora_A", "lora_B", "magnitude"]
    assert set(names["merged"]) <= {"lora_A", "lora_B", "magnitude"}
