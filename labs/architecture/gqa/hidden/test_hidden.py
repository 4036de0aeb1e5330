"""The hidden suite: fresh inputs for every property of the brief, held to a share of the largest value expected.

float64 gives the expected values. Weights are drawn so that scores are of the order of one; in half precision all
inputs are positive, so that nothing cancels.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

TOLERANCE = {torch.float32: 64.0, torch.bfloat16: 6.0, torch.float16: 6.0}


def a_call(draw, heads, kv_heads, *, batch=2, length=5, head_dim=4, hidden=None, dtype=torch.float32):
    hidden = hidden or heads * head_dim
    shapes = {
        "q": (heads * head_dim, hidden),
        "k": (kv_heads * head_dim, hidden),
        "v": (kv_heads * head_dim, hidden),
        "o": (hidden, heads * head_dim),
    }
    if dtype is torch.float32:
        weights = {name: draw.normal(*shape) * 1.5 / shape[1] ** 0.5 for name, shape in shapes.items()}
        x = draw.normal(batch, length, hidden)
    else:
        weights = {name: draw.uniform(0.5, 1.5, *shape) / shape[1] for name, shape in shapes.items()}
        x = draw.uniform(0.5, 1.5, batch, length, hidden)
    tensors = {name: t.to(dtype) for name, t in (weights | {"x": x}).items()}
    return tensors | {"heads": heads, "kv_heads": kv_heads}


def wide(call):
    return {name: t.double() if isinstance(t, torch.Tensor) else t for name, t in call.items()}


def assert_near(actual, expected, dtype=torch.float32):
    assert_close(actual, expected, scale=expected.abs().max(), tolerance=TOLERANCE[dtype], dtype=dtype)


def check(candidate, reference, call):
    assert_near(candidate.forward(**call), reference.forward(**wide(call)), call["x"].dtype)


@judges("multi-head")
@pytest.mark.parametrize(("heads", "head_dim"), [(3, 4), (1, 7), (4, 2)])
def test_as_many_key_heads_as_query_heads(candidate, reference, draw, heads, head_dim):
    check(candidate, reference, a_call(draw, heads, heads, head_dim=head_dim))


@judges("grouping")
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 2), (6, 3), (6, 2)])
def test_neighbours_share_a_key_head(candidate, reference, draw, heads, kv_heads):
    check(candidate, reference, a_call(draw, heads, kv_heads))


@judges("multi-query")
@pytest.mark.parametrize("heads", [2, 5])
def test_one_key_head_for_all(candidate, reference, draw, heads):
    check(candidate, reference, a_call(draw, heads, 1, length=4))


@judges("head-dim")
@pytest.mark.parametrize(("hidden", "head_dim"), [(10, 4), (8, 16), (7, 1)])
def test_a_head_dim_of_its_own(candidate, reference, draw, hidden, head_dim):
    check(candidate, reference, a_call(draw, 4, 2, hidden=hidden, head_dim=head_dim))


@judges("causality")
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 1)])
def test_later_tokens_count_for_nothing(candidate, reference, draw, heads, kv_heads):
    # The last token's value dwarfs all others; all tokens but the last are compared.
    call = a_call(draw, heads, kv_heads, length=6)
    call["x"][:, -1] *= 1000.0
    actual, expected = candidate.forward(**call), reference.forward(**wide(call))
    assert actual.shape == expected.shape
    assert_near(actual[:, :-1].clone(), expected[:, :-1])


@judges("causality")
def test_a_token_sees_itself(candidate, reference, draw):
    check(candidate, reference, a_call(draw, 4, 4, length=1, batch=1))


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kv_heads", [2, 4])
def test_the_dtype_of_the_module_is_kept(candidate, reference, draw, dtype, kv_heads):
    check(candidate, reference, a_call(draw, 4, kv_heads, dtype=dtype))


@judges("gradients")
@pytest.mark.parametrize("kv_heads", [1, 2, 4])
def test_gradients_for_x_and_the_weights(candidate, reference, draw, kv_heads):
    call = a_call(draw, 4, kv_heads) | {"grad": draw.normal(2, 5, 16)}
    actual, expected = candidate.gradients(**call), reference.gradients(**wide(call))
    for name, gradient in expected.items():
        assert_near(actual[name], gradient)


@judges("pooled-heads")
@pytest.mark.parametrize(
    ("heads", "kv_heads", "dtype"), [(4, 2, torch.float32), (6, 2, torch.float32), (6, 3, torch.bfloat16)]
)
def test_each_head_is_the_mean_of_its_group(candidate, reference, draw, heads, kv_heads, dtype):
    weight = draw.uniform(0.5, 1.5, heads * 3, 5, dtype=dtype)
    actual = candidate.pooled(weight, heads, kv_heads)
    assert_close(actual["pooled"], reference.pooled(weight.double(), heads, kv_heads)["pooled"], dtype=dtype)
    assert_close(actual["weight"], weight, tolerance=0)


@judges("pooled-heads")
def test_one_head_a_group_changes_nothing(candidate, draw):
    weight = draw.normal(12, 5)
    assert_close(candidate.pooled(weight, 4, 4)["pooled"], weight, tolerance=1)


@judges("cache-bytes")
def test_keys_and_values_of_the_shared_heads(candidate, reference, draw):
    for given in ({}, {"bytes_per_value": 1}, {"bytes_per_value": 4}):
        kv_heads = draw.integer(2, 9)
        heads = kv_heads * draw.integer(2, 9)
        sizes = (draw.integer(2, 80), heads, kv_heads, draw.integer(3, 128), draw.integer(2, 9), draw.integer(5, 5000))
        actual = candidate.cache_bytes(*sizes, **given)
        assert type(actual) is int
        assert actual == reference.cache_bytes(*sizes, **given)


@judges("sizes")
def test_four_weights_and_no_bias(candidate, reference):
    for sizes, given in [((12, 6, 3), {}), ((12, 4, 1), {"head_dim": 5}), ((6, 2, 2), {})]:
        assert candidate.parameters(*sizes, **given) == reference.parameters(*sizes, **given)


@judges("sizes")
def test_heads_that_cannot_be_shared_evenly(candidate):
    for heads, kv_heads in [(6, 4), (4, 8), (3, 2)]:
        assert candidate.is_refused(24, heads, kv_heads) is True
    assert candidate.is_refused(24, 6, 2) is False
