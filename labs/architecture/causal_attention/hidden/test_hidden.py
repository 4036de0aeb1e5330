"""The hidden suite: fresh inputs for every property of the brief.

An error of eps in a score, relative to the terms that it sums, changes a weight by eps times their sum: outputs are
held to eps times sum(weights * |v|) * (1 + the largest sum of terms in the row). float64 gives the expected values.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]


def inputs(draw, length_q, length_k, *, batch=2, heads=3, dim=8, dim_v=6, dtype=torch.float32):
    shapes = {"q": (length_q, dim), "k": (length_k, dim), "v": (length_k, dim_v)}
    return {name: draw.normal(batch, heads, *shape, dtype=dtype) for name, shape in shapes.items()}


def wide(call):
    return {name: t.double() if t.is_floating_point() else t for name, t in call.items()}


def weights_of(reference, call):
    """The attention weights: the output where the values are the rows of the identity."""
    call = {name: t for name, t in wide(call).items() if name != "grad"}
    length_k = call["k"].shape[-2]
    return reference.forward(**call | {"v": torch.eye(length_k).double().expand(*call["k"].shape[:2], -1, -1)})


def conditions(weights, call):
    """1 + the largest sum of the absolute values of a visible score's terms: (batch, heads, length_q, 1)."""
    q, k = call["q"].double().abs(), call["k"].double().abs()
    terms = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
    return 1 + (terms * (weights > 0)).amax(-1, keepdim=True)


def assert_forward(actual, reference, call, tolerance=4.0):
    expected = reference.forward(**wide(call))
    weights = weights_of(reference, call)
    scale = (weights @ call["v"].double().abs()) * conditions(weights, call)
    assert_close(actual, expected, scale=scale, tolerance=tolerance, dtype=call["q"].dtype)


def assert_gradients(actual, reference, call, names="qkv"):
    expected = reference.gradients(**wide(call))
    weights = weights_of(reference, call)
    q, k, v, grad = (call[name].double().abs() for name in ("q", "k", "v", "grad"))
    to_weights = grad @ v.transpose(-1, -2)
    to_scores = weights * (to_weights + (weights * to_weights).sum(-1, keepdim=True)) * conditions(weights, call)
    to_scores = to_scores * q.shape[-1] ** -0.5
    to_values = weights * conditions(weights, call)
    scales = {
        "q": to_scores @ k,
        "k": to_scores.transpose(-1, -2) @ q,
        "v": to_values.transpose(-1, -2) @ grad,
    }
    for name in names:
        assert_close(actual[name], expected[name], scale=scales[name], tolerance=4.0, dtype=torch.float32)


def with_padding(call, *rows):
    """`call` with a mask made of words: one word a sequence, `x` a token and `.` padding."""
    return call | {"keep": torch.tensor([[letter == "x" for letter in row] for row in rows])}


@judges("values")
@pytest.mark.parametrize(("batch", "heads", "length"), [(2, 3, 7), (1, 1, 1), (3, 2, 16)])
def test_softmax_of_scores_times_values(candidate, reference, draw, batch, heads, length):
    call = inputs(draw, length, length, batch=batch, heads=heads)
    assert_forward(candidate.forward(**call), reference, call)


@judges("values")
def test_views_that_are_not_contiguous(candidate, reference, draw):
    call = inputs(draw, 5, 5)
    views = {name: t.transpose(1, 2).contiguous() for name, t in call.items()}
    assert_forward(candidate.forward_of_views(**views), reference, call)


@judges("scale")
@pytest.mark.parametrize(("dim", "dim_v"), [(1, 4), (64, 4), (9, 25)])
def test_one_over_the_root_of_the_dimension(candidate, reference, draw, dim, dim_v):
    call = inputs(draw, 6, 6, dim=dim, dim_v=dim_v)
    assert_forward(candidate.forward(**call), reference, call)


@judges("causality")
def test_what_comes_later_counts_for_nothing(candidate, reference, draw):
    call = inputs(draw, 6, 6)
    call["v"] *= 1000.0 ** torch.arange(6)[:, None]  # each value dwarfs all before it
    assert_forward(candidate.forward(**call), reference, call)


@judges("causality")
def test_a_token_sees_itself(candidate, draw):
    call = inputs(draw, 1, 1)
    assert_close(candidate.forward(**call), call["v"], tolerance=2.0)
    call = inputs(draw, 5, 5)
    first = candidate.forward(**call)
    assert_close(first[:, :, :1].clone(), call["v"][:, :, :1], tolerance=2.0)


@judges("unequal-lengths")
@pytest.mark.parametrize(("length_q", "length_k"), [(1, 6), (3, 8), (2, 3)])
def test_the_queries_are_the_last_of_the_sequence(candidate, reference, draw, length_q, length_k):
    call = inputs(draw, length_q, length_k)
    assert_forward(candidate.forward(**call), reference, call)


@judges("padding")
@pytest.mark.parametrize("rows", [("xxxxx..", "xxxxxx."), ("xx..x.x", "x......"), ("xxx.xxx", "xxxxx.x")])
def test_keys_that_are_padding(candidate, reference, draw, rows):
    # Every query sees the first key at least: nothing is fully masked here.
    call = with_padding(inputs(draw, 7, 7), *rows)
    assert_forward(candidate.forward(**call), reference, call)


@judges("padding")
def test_padding_and_a_cache(candidate, reference, draw):
    call = with_padding(inputs(draw, 2, 6), "..xxxx", "x..x.x")
    assert_forward(candidate.forward(**call), reference, call)


def assert_rows(candidate, reference, call, seen):
    """seen: (batch, length_q), whether a query sees any key."""
    actual = candidate.forward(**call)
    assert_forward(actual, reference, call)
    hidden = actual.transpose(1, 2)[~torch.tensor(seen)]
    assert (hidden == 0).all()


@judges("masked-rows")
def test_left_padding_leaves_rows_without_a_key(candidate, reference, draw):
    call = with_padding(inputs(draw, 5, 5), "...xx", ".xxxx")
    assert_rows(candidate, reference, call, [[False] * 3 + [True] * 2, [False] + [True] * 4])


@judges("masked-rows")
def test_a_sequence_of_padding_alone(candidate, reference, draw):
    call = with_padding(inputs(draw, 3, 4), "....", "xxxx")
    assert_rows(candidate, reference, call, [[False] * 3, [True] * 3])


@judges("masked-rows")
def test_fewer_keys_than_queries(candidate, reference, draw):
    call = inputs(draw, 5, 3)
    assert_rows(candidate, reference, call, [[False] * 2 + [True] * 3] * 2)


@judges("gradients")
@pytest.mark.parametrize("name", ["q", "k", "v"])
def test_gradients(candidate, reference, draw, name):
    call = with_padding(inputs(draw, 5, 6), "xx.xxx", "xxxxx.") | {"grad": draw.normal(2, 3, 5, 6)}
    assert_gradients(candidate.gradients(**call), reference, call, name)


@judges("masked-row-gradients")
@pytest.mark.parametrize("name", ["q", "k", "v"])
def test_rows_without_a_key_give_no_gradient(candidate, reference, draw, name):
    call = with_padding(inputs(draw, 5, 5), "..x.x", ".....") | {"grad": draw.normal(2, 3, 5, 6)}
    assert_gradients(candidate.gradients(**call), reference, call, name)


@judges("large-scores")
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_scores_far_from_zero(candidate, reference, draw, sign):
    # dim 16: a score is about sign * 16000 * (9 - j), so that one key outweighs all others, hidden ones included.
    call = inputs(draw, 8, 8, dim=16)
    call["k"] = 20.0 * torch.arange(9, 1, -1)[:, None] * draw.uniform(0.99, 1.01, 2, 3, 8, 16)
    call["q"] = draw.constant(sign * 200.0, 2, 3, 8, 16)
    call = with_padding(call, "xxx.x.xx", "xxxxxxxx")
    assert_forward(candidate.forward(**call), reference, call)


def assert_half(actual, reference, call):
    expected = reference.forward(**wide(call))
    scale = weights_of(reference, call) @ call["v"].double().abs()  # the scores are exact, or nearly so
    assert_close(actual, expected, scale=scale, tolerance=2.5, dtype=call["q"].dtype)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_scores_and_softmax_in_float32(candidate, reference, draw, dtype):
    call = inputs(draw, 8, 8, dim=16)
    call = {name: (t * factor).to(dtype) for (name, t), factor in zip(call.items(), (3, 3, 1), strict=True)}
    assert_half(candidate.forward(**call), reference, call)
    call = with_padding(call, "xxxxxx.x", "x.x.x.x.")
    assert_half(candidate.forward(**call), reference, call)
    # Products of 4096 and a bit more or less, which half precision cannot tell apart; exact in float32.
    call["q"], call["k"] = torch.zeros_like(call["q"]), torch.zeros_like(call["k"])
    call["q"][..., 0], call["q"][..., 1], call["k"][..., 0] = 64.0, 1.0, 64.0
    call["k"][..., 1] = 2.0 * draw.integers(0, 2, 2, 3, 8) - 1
    assert_half(candidate.forward(**call), reference, call)


@judges("half-precision")
def test_products_beyond_float16(candidate, reference, draw):
    # Whole numbers: the scores are exact in float32 whatever the order, and reach 105,000 before they are scaled.
    call = inputs(draw, 8, 8, dim=16, dtype=torch.float16)
    call["q"] = draw.constant(80.0, 2, 3, 8, 16, dtype=torch.float16)
    call["k"] = draw.constant(81.0, 2, 3, 8, 16, dtype=torch.float16)
    call["k"][..., 0] += draw.integers(0, 2, 2, 3, 8) / 8
    assert_half(candidate.forward(**call), reference, call)


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    call = with_padding(inputs(draw, 4, 5), ".xx.x", ".....")
    after = candidate.inputs_afterwards(**call)
    for name, tensor in call.items():
        assert_close(after[name], tensor, tolerance=0)
