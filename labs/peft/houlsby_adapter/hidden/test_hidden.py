"""The hidden suite. Expected values are the reference's in float64, held to the size of the largest of a result."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]
TOLERANCE = {torch.float32: 64.0, torch.bfloat16: 6.0, torch.float16: 6.0}
EPS = torch.finfo(torch.float32).eps


def values(draw, dim, bottleneck, dtype=torch.float32):
    """What goes through is about as large as what goes around, and gelu is far from linear."""
    return {
        "down": draw.normal(bottleneck, dim, dtype=dtype) / dim**0.5 * 2,
        "down_bias": draw.normal(bottleneck, dtype=dtype),
        "up": draw.normal(dim, bottleneck, dtype=dtype) / bottleneck**0.5,
        "up_bias": draw.normal(dim, dtype=dtype),
    }


def wide(adapter):
    return {name: tensor.double() for name, tensor in adapter.items()}


def assert_value(actual, expected, dtype):
    assert_close(actual, expected, scale=expected.abs().amax(), tolerance=TOLERANCE[dtype], dtype=dtype)


def assert_adapter(candidate, reference, x, adapter):
    assert_value(candidate.adapter(x, adapter), reference.adapter(x.double(), wide(adapter)), x.dtype)


@judges("bottleneck")
@pytest.mark.parametrize(
    ("shape", "bottleneck"), [((3, 5, 16), 4), ((17,), 1), ((1, 1, 3), 7), ((1, 2, 3, 5), 5), ((6, 8), 8)]
)
def test_down_gelu_up_and_around(candidate, reference, draw, shape, bottleneck):
    assert_adapter(candidate, reference, draw.normal(*shape), values(draw, shape[-1], bottleneck))


@judges("non-linear")
def test_gelu_and_not_another(candidate, reference, draw):
    # Around zero the usual activations differ most; the bias carries each unit through that range.
    adapter = values(draw, 8, 8) | {"down_bias": torch.linspace(-2.0, 2.0, 8)}
    assert_adapter(candidate, reference, draw.normal(4, 8) / 4, adapter)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_half_precision(candidate, reference, draw, dtype):
    assert_adapter(candidate, reference, draw.normal(4, 16, dtype=dtype), values(draw, 16, 4, dtype))
    assert candidate.new_layer_dtypes(draw.normal(1, 2, 8, dtype=dtype)) == [str(dtype)]


@judges("gradients")
@pytest.mark.parametrize("name", ["x", "down", "down_bias", "up", "up_bias"])
def test_gradients(candidate, reference, draw, name):
    x, grad, adapter = draw.normal(2, 5, 12), draw.normal(2, 5, 12), values(draw, 12, 4)
    expected = reference.adapter_gradients(x.double(), grad.double(), wide(adapter))[name]
    assert_value(candidate.adapter_gradients(x, grad, adapter)[name], expected, torch.float32)


@judges("near-identity")
@pytest.mark.parametrize(("dim", "bottleneck"), [(16, 4), (24, 24)])
def test_a_new_adapter_nearly_returns_its_input(candidate, draw, dim, bottleneck):
    # A standard deviation of 0.01 gives some 0.003, one of 0.02 four times as much.
    x = draw.uniform(-1.0, 1.0, 3, 40, dim)
    actual = candidate.new_adapter(x, draw.normal(3, 40, dim), bottleneck)["output"]
    assert_close(actual, x, scale=torch.ones(()), tolerance=0.006 / EPS)


@judges("can-learn")
def test_every_unit_of_a_new_adapter_learns(candidate, draw):
    # The gradient for up.weight is grad^T gelu(down(x)): zero where down is, of lower rank where its rows are alike.
    up = candidate.new_adapter(draw.normal(200, 16), draw.normal(200, 16), 4)["up"]
    assert isinstance(up, torch.Tensor)
    assert up.shape == (16, 4)
    assert up.isfinite().all()
    assert torch.linalg.matrix_rank(up.double(), rtol=1e-4) == 4


@judges("count")
@pytest.mark.parametrize(("dim", "bottleneck"), [(16, 4), (5, 7)])
def test_the_number_of_parameters(candidate, draw, dim, bottleneck):
    made = candidate.new_adapter(draw.normal(2, dim), draw.normal(2, dim), bottleneck)
    assert made["count"] == 2 * dim * bottleneck + dim + bottleneck


@judges("insertion")
@pytest.mark.parametrize(("batch", "seq", "dim"), [(2, 5, 12), (1, 1, 7)])
def test_behind_both_sublayers_and_before_the_sums(candidate, reference, draw, batch, seq, dim):
    x, adapters, seed = draw.normal(batch, seq, dim), [values(draw, dim, 3) for _ in range(2)], draw.integer(0, 1000)
    actual = candidate.layer(x, adapters, seed=seed)
    assert_value(actual, reference.layer(x.double(), [wide(a) for a in adapters], seed=seed), torch.float32)


@judges("new-model")
@pytest.mark.parametrize("layers", [1, 3])
def test_a_new_model_nearly_computes_what_it_did(candidate, reference, draw, layers):
    ids = draw.integers(0, 11, 2, 6)
    actual = candidate.model_logits(ids, 16, layers, 4)
    plain = reference.model_logits(ids, 16, layers, 4, adapted=False)
    assert_close(actual, plain, scale=torch.ones(()), tolerance=0.05 / EPS)


@judges("what-trains")
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("dim", "layers", "bottleneck"), [(8, 1, 3), (6, 3, 2)])
def test_adapters_norms_and_head(candidate, reference, dim, layers, bottleneck, frozen):
    expected = reference.what_trains(dim, layers, bottleneck, frozen=frozen)
    assert candidate.what_trains(dim, layers, bottleneck, frozen=frozen)["train"] == expected["train"]


@judges("what-is-returned")
@pytest.mark.parametrize("frozen", [False, True])
def test_the_optimizer_gets_what_trains_once(candidate, reference, frozen):
    actual, expected = (side.what_trains(6, 2, 3, frozen=frozen) for side in (candidate, reference))
    assert (actual["returned"], actual["twice"]) == (expected["returned"], False)
