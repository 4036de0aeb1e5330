"""The hidden suite: fresh inputs for every property of the brief.

Expected values are the reference's in float64, in one tile; the oracle test holds that to the library. Outputs are held
to a share of the largest value expected, in each call's own dtype.
"""

import math

import pytest
import torch

from labs.grading.suite import assert_close, judges

TOLERANCE = {torch.float32: 64.0, torch.bfloat16: 2.0, torch.float16: 2.0}
LONG = 4096
"""All scores of so many queries and keys are 64 MiB in float32, of the 88 that this lab allows; the rest is needed."""


def tensors(draw, length_q, length_k, *, batch=2, heads=2, dim=8):
    shapes = {"q": length_q, "k": length_k, "v": length_k}
    return {name: draw.normal(batch, heads, length, dim) for name, length in shapes.items()}


def doubled(call):
    return {name: t.double() if isinstance(t, torch.Tensor) else t for name, t in call.items()}


def exact(reference, call):
    return reference.forward(**doubled(call) | {"block": 10_000})


def assert_near(actual, expected, dtype=torch.float32):
    finite = expected[expected.isfinite()]
    scale = finite.abs().max() if finite.numel() else torch.tensor(1.0)
    assert_close(actual, expected, scale=scale, tolerance=TOLERANCE[dtype], dtype=dtype)


def check(candidate, reference, call):
    assert_near(candidate.forward(**call)["output"], exact(reference, call)["output"], call["q"].dtype)


@judges("values")
@pytest.mark.parametrize(("length_q", "length_k", "block"), [(8, 8, 4), (6, 12, 2), (1, 8, 4)])
def test_softmax_over_all_tiles(candidate, reference, draw, length_q, length_k, block):
    check(candidate, reference, tensors(draw, length_q, length_k) | {"block": block})


@judges("partial-tiles")
@pytest.mark.parametrize(("length_q", "length_k", "block"), [(7, 10, 4), (5, 5, 1), (3, 4, 64), (9, 9, 5), (1, 1, 2)])
def test_lengths_that_are_no_multiple(candidate, reference, draw, length_q, length_k, block):
    check(candidate, reference, tensors(draw, length_q, length_k, batch=1) | {"block": block})


@judges("causal")
@pytest.mark.parametrize(("length_q", "length_k", "block"), [(8, 8, 4), (9, 9, 2), (3, 10, 4), (5, 7, 1), (6, 6, 16)])
def test_each_token_sees_itself_and_what_came_before(candidate, reference, draw, length_q, length_k, block):
    check(candidate, reference, tensors(draw, length_q, length_k) | {"block": block, "causal": True})


@judges("running-maximum")
@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_scores_that_rise_or_fall_from_tile_to_tile(candidate, reference, draw, direction):
    # About 40 apart from key to key, up to 500: with q of one, k of 14 a step and dim 8.
    call = tensors(draw, 6, 12) | {"block": 4}
    call["q"] = draw.uniform(0.9, 1.1, 2, 2, 6, 8)
    steps = torch.arange(12)[:, None] if direction > 0 else torch.arange(12, 0, -1)[:, None]
    call["k"] = draw.normal(2, 2, 12, 8) + direction * 14.0 * steps
    check(candidate, reference, call)
    # Nearly the same score everywhere, far from zero: all keys count, and none may be lost.
    call["k"] = draw.normal(2, 2, 12, 8) + direction * 100.0
    assert_close(
        candidate.forward(**call)["output"],
        exact(reference, call)["output"],
        scale=torch.tensor(3.0),
        tolerance=4096.0,
        dtype=torch.float32,
    )


@judges("log-sum-exp")
@pytest.mark.parametrize("causal", [False, True])
def test_the_log_sum_exp_of_each_row(candidate, reference, draw, causal):
    call = tensors(draw, 5, 9) | {"block": 4, "causal": causal}
    assert_near(candidate.forward(**call)["lse"], exact(reference, call)["lse"])
    call["q"] = call["q"] * 60.0
    assert_near(candidate.forward(**call)["lse"], exact(reference, call)["lse"])


def parts(reference, draw, size):
    """Outputs and log-sum-exps of the same queries over two sets of keys, in float32."""
    call = tensors(draw, 4, 6)
    call["q"] *= size
    both = []
    for keys in (slice(0, 2), slice(2, 6)):
        part = exact(reference, call | {"k": call["k"][:, :, keys], "v": call["v"][:, :, keys]})
        both.append([part["output"].float(), part["lse"].float()])
    return both, exact(reference, call)


@judges("merge")
@pytest.mark.parametrize("size", [1.0, 100.0])
def test_two_parts_made_one(candidate, reference, draw, size):
    both, expected = parts(reference, draw, size)
    actual = candidate.merged(*both)
    # An error of eps in a lse of this size is one of eps * size in a weight.
    scale = expected["output"].abs().max() * (1 + expected["lse"].abs().max())
    assert_close(actual["output"], expected["output"], scale=scale, tolerance=16.0, dtype=torch.float32)
    assert_near(actual["lse"], expected["lse"])


@judges("merge")
def test_a_part_that_saw_no_key(candidate, reference, draw):
    (first, second), _ = parts(reference, draw, 1.0)
    first[1][0], second[1][:, 0] = -torch.inf, -torch.inf
    first[0][0], second[0][:, 0] = 0.0, 0.0
    actual = candidate.merged(first, second)
    expected = reference.merged([t.double() for t in first], [t.double() for t in second])
    assert_near(actual["output"], expected["output"])
    assert_near(actual["lse"], expected["lse"])


@judges("backward")
@pytest.mark.parametrize(
    ("length_q", "length_k", "block", "causal"), [(8, 8, 4, False), (5, 9, 4, False), (7, 7, 3, True), (3, 8, 2, True)]
)
def test_gradients(candidate, reference, draw, length_q, length_k, block, causal):
    call = tensors(draw, length_q, length_k) | {"causal": causal}
    forward = exact(reference, call)
    call |= {"output": forward["output"].float(), "lse": forward["lse"].float(), "grad": draw.normal(2, 2, length_q, 8)}
    actual = candidate.backward(**call, block=block)
    expected = reference.backward(**doubled(call | forward), block=10_000)
    for name in ("q", "k", "v"):
        assert_near(actual[name], expected[name])


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_running_values_in_float32(candidate, reference, draw, dtype):
    # 96 tiles of one key each: sums in half precision lose what is added late.
    call = tensors(draw, 3, 96, batch=1)
    call["v"] = call["v"].abs() + 1
    call = {name: t.to(dtype) for name, t in call.items()} | {"block": 1}
    actual, expected = candidate.forward(**call), exact(reference, call)
    assert_near(actual["output"], expected["output"], dtype)
    assert_near(actual["lse"], expected["lse"])


def long_call(draw):
    return tensors(draw, LONG, LONG, batch=1, heads=1, dim=4)


@judges("memory")
def test_the_scores_of_a_long_sequence_are_never_held(candidate, reference, draw):
    call = long_call(draw)
    actual = candidate.within_memory("forward", **call, block=512, causal=True)
    assert actual["fits"] is True
    # Rows do not depend on each other: a few are enough.
    for i in (0, 1500, LONG - 1):
        row = {"q": call["q"][:, :, i : i + 1], "k": call["k"][:, :, : i + 1], "v": call["v"][:, :, : i + 1]}
        expected = exact(reference, row)
        assert_near(actual["output"][:, :, i : i + 1].clone(), expected["output"])
        assert_near(actual["lse"][:, :, i : i + 1].clone(), expected["lse"])


@judges("memory")
def test_nor_are_its_weights_in_the_backward_pass(candidate, draw):
    # Where q is zero every weight is 1 / LONG, so dv is the mean of grad, and dk is zero.
    call = long_call(draw) | {"grad": draw.normal(1, 1, LONG, 4)}
    call["q"] = torch.zeros_like(call["q"])
    call["output"] = call["v"].mean(-2, keepdim=True).expand_as(call["v"]).clone()
    call["lse"] = draw.constant(math.log(LONG), 1, 1, LONG)
    actual = candidate.within_memory("backward", **call, block=512)
    assert actual["fits"] is True
    mean = call["grad"].double().mean(-2, keepdim=True).expand(1, 1, LONG, 4)
    assert_close(actual["v"], mean, scale=torch.tensor(1.0), tolerance=16.0, dtype=torch.float32)
    assert_close(actual["k"], torch.zeros(1, 1, LONG, 4), tolerance=0)


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    call = tensors(draw, 4, 6) | {"grad": draw.normal(2, 2, 4, 8)}
    after = candidate.inputs_afterwards(**call, block=4)
    for name, tensor in call.items():
        assert_close(after[name], tensor, tolerance=0)
