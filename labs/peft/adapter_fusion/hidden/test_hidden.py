"""The hidden suite. Expected values are the reference's in float64."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

# An error in a score is one in a weight. Scores are sums of some ten products of sums, so hundreds of eps are rounding;
# the nearest wrong answer is off by a hundredth.
FLOAT32 = 1024.0


def a_fusion(draw, n, d, m=3):
    """Scores of a few units, so that every adapter has a share and 1/√d would change them all."""
    return {
        "down": draw.normal(n, m, d) * d**-0.5,
        "up": draw.normal(n, d, m),
        "query": draw.normal(d, d) * d**-0.5 * 0.5,
        "key": draw.normal(d, d) * d**-0.5 * 0.5,
        "value": draw.normal(d, d),
        "query_bias": draw.normal(d),
        "key_bias": draw.normal(d),
    }


def double(given):
    return {name: tensor.double() for name, tensor in given.items()}


def assert_near(actual, expected, tolerance=FLOAT32, dtype=torch.float32):
    """In eps of the largest value: weights mix them all."""
    assert_close(actual, expected, scale=expected.abs().amax(), tolerance=tolerance, dtype=dtype)


@judges("weights")
@pytest.mark.parametrize("n", [2, 5])
def test_weights_over_the_adapters(candidate, reference, draw, n):
    h, given = draw.normal(2, n, 9), a_fusion(draw, n, 9)
    assert_near(candidate.weights(h, **given), reference.weights(h.double(), **double(given)))


@judges("output")
@pytest.mark.parametrize(("n", "d"), [(3, 9), (4, 16)])
def test_output(candidate, reference, draw, n, d):
    h, given = draw.normal(2, 4, d), a_fusion(draw, n, d)
    assert_near(candidate.forward(h, **given), reference.forward(h.double(), **double(given)))


@judges("one-adapter")
def test_one_adapter_has_the_whole_weight(candidate, reference, draw):
    h, given = draw.normal(2, 5, 11), a_fusion(draw, 1, 11)
    assert_near(candidate.weights(h, **given), torch.ones(2, 5, 1))
    assert_near(candidate.forward(h, **given), reference.forward(h.double(), **double(given)))


@judges("shapes")
@pytest.mark.parametrize(("shape", "n"), [((7,), 3), ((1, 7), 1), ((1, 1, 1), 2), ((2, 1, 3, 5), 3)])
def test_any_leading_dimensions(candidate, reference, draw, shape, n):
    h, given = draw.normal(*shape), a_fusion(draw, n, shape[-1])
    assert_near(candidate.weights(h, **given), reference.weights(h.double(), **double(given)))
    assert_near(candidate.forward(h, **given), reference.forward(h.double(), **double(given)))


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_float32_between(candidate, reference, draw, dtype):
    # Whole numbers: every adapter's output is exact in half precision, in whatever order it is summed. The scores are
    # large and close together, since the adapters differ in one row only, and between steps of half precision.
    n, d = 3, 8
    h = draw.integers(-2, 3, 5, 6, d).to(dtype)
    given = a_fusion(draw, n, d)
    given["down"] = draw.integers(-1, 2, 1, 3, d).to(dtype).expand(n, 3, d).clone() * 2
    given["up"] = draw.integers(-1, 2, 1, d, 3).to(dtype).expand(n, d, 3).clone() * 2
    given["up"][:, 0] = torch.tensor([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]], dtype=dtype)
    given["query_bias"] += 20.0
    given["query"][0] = 0.01 * given["query"][0]
    given["query_bias"][0] = 0.05
    given["key"] = torch.eye(d) + 0.01 * given["key"]
    exact = double(given)
    actual = candidate.weights(h, **given)
    assert_near(actual, reference.weights(h.double(), **exact), tolerance=4096)
    assert_near(candidate.forward(h, **given), reference.forward(h.double(), **exact), tolerance=2, dtype=dtype)


@judges("new-module")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_new_module(candidate, draw, dtype):
    h = draw.normal(4, 9).to(dtype)
    given = a_fusion(draw, 3, 9)
    new = candidate.new_module(given["down"].to(dtype), given["up"].to(dtype), h)
    assert_close(new["value"], torch.eye(9), tolerance=0)
    assert new["bias"] is False
    assert new["query_gradient"].item() > 0
    assert new["key_gradient"].item() > 0


@judges("input-gradient")
def test_gradient_for_h(candidate, reference, draw):
    h, grad, given = draw.normal(2, 4, 9), draw.normal(2, 4, 9), a_fusion(draw, 3, 9)
    actual = candidate.gradients(h, grad, **given)["h"]
    assert_near(actual, reference.gradients(h.double(), grad.double(), **double(given))["h"])


@judges("fusion-gradients")
@pytest.mark.parametrize("name", ["query", "key", "value", "query_bias"])
def test_gradients_for_query_key_and_value(candidate, reference, draw, name):
    h, grad, given = draw.normal(2, 4, 9), draw.normal(2, 4, 9), a_fusion(draw, 3, 9)
    actual = candidate.gradients(h, grad, **given)[name]
    assert_near(actual, reference.gradients(h.double(), grad.double(), **double(given))[name])


@judges("what-trains")
def test_the_fusion_and_not_the_adapters(candidate, draw):
    given = a_fusion(draw, 3, 5)
    trained = candidate.what_trains(given["down"], given["up"])
    assert trained == {"adapters": 0, "fusion": 3 * 25 + 2 * 5, "all": 3 * 25 + 2 * 5}


@judges("unchanged-input")
def test_h_is_left_as_it_was(candidate, draw):
    h, given = draw.normal(2, 4, 9), a_fusion(draw, 3, 9)
    assert_close(candidate.input_afterwards(h, **given), h, tolerance=0)
