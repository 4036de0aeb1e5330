"""The hidden suite: fresh inputs for every property of the brief.

Decoding is held to the reference in float64 that sees all tokens in one chunk, where a cache has nothing to go wrong
with, as a share of the largest value expected. What is stored is held to it exactly.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

TOLERANCE = {torch.float32: 64.0, torch.bfloat16: 2.5, torch.float16: 2.5}


def tokens(draw, length, *, layers=2, batch=2, heads=3, dim=8):
    """q, k and v, with scores far enough apart that a wrong key shows."""
    return [draw.normal(layers, batch, heads, length, dim) * f for f in (1.5, 1.5, 1.0)]


def doubled(tensors):
    return [t.double() for t in tensors]


def assert_near(actual, expected, dtype=torch.float32):
    assert_close(actual, expected, scale=expected.abs().max(), tolerance=TOLERANCE[dtype], dtype=dtype)


def at_once(reference, qkv, rotary=False):
    return reference.decode(*doubled(qkv), [qkv[0].shape[-2]], rotary)


def joined(first, then):
    return [torch.cat(pair, dim=-2) for pair in zip(first, then, strict=True)]


def check(candidate, reference, qkv, chunks, rotary=False):
    assert_near(candidate.decode(*qkv, chunks, rotary), at_once(reference, qkv, rotary), qkv[0].dtype)


def assert_updates(actual, expected):
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours["lengths"] == theirs["lengths"]
        assert_close(ours["k"], theirs["k"], tolerance=0)
        assert_close(ours["v"], theirs["v"], tolerance=0)


@judges("append")
@pytest.mark.parametrize(("batch", "heads", "sizes"), [(2, 3, [4, 1, 1, 3]), (1, 1, [1, 1])])
def test_new_tokens_come_last(candidate, reference, draw, batch, heads, sizes):
    steps = [[0, draw.normal(batch, heads, n, 4), draw.normal(batch, heads, n, 4)] for n in sizes]
    assert_updates(candidate.updates(1, steps), reference.updates(1, steps))


@judges("layers")
def test_each_layer_has_its_own(candidate, reference, draw):
    steps = [[layer, draw.normal(2, 3, n, 4), draw.normal(2, 3, n, 4)] for layer, n in [(1, 3), (0, 2), (1, 1), (2, 5)]]
    assert_updates(candidate.updates(3, steps), reference.updates(3, steps))


@judges("step-by-step")
@pytest.mark.parametrize(("batch", "length"), [(2, 6), (1, 1)])
def test_one_token_at_a_time(candidate, reference, draw, batch, length):
    check(candidate, reference, tokens(draw, length, batch=batch), [1] * length)


@judges("chunks")
@pytest.mark.parametrize("chunks", [[5], [3, 4], [1, 3, 2]])
def test_several_tokens_at_once(candidate, reference, draw, chunks):
    check(candidate, reference, tokens(draw, sum(chunks)), chunks)


@judges("positions")
@pytest.mark.parametrize("chunks", [[4, 1, 1], [1, 1, 1], [2, 3]])
def test_positions_go_on_from_the_cache(candidate, reference, draw, chunks):
    check(candidate, reference, tokens(draw, sum(chunks), layers=3), chunks, rotary=True)


@judges("rotated-keys")
def test_keys_are_stored_rotated(candidate, reference, draw):
    qkv = tokens(draw, 6)
    expected = reference.keys_stored(*doubled(qkv), [5])
    assert_near(candidate.keys_stored(*qkv, [3, 1, 1]), expected)


@judges("reorder")
@pytest.mark.parametrize("index", [[2, 0, 1], [1, 1, 0], [2, 2, 0, 1], [1]])
def test_beams_are_reordered(candidate, reference, draw, index):
    first, then = tokens(draw, 4, batch=3), tokens(draw, 2, batch=len(index))
    actual = candidate.decode_reordered(first, torch.tensor(index), then)
    whole = at_once(reference, joined([t[:, index] for t in first], then), rotary=True)
    assert actual["length"] == 6
    assert_near(actual["output"], whole[..., -2:, :])


@judges("crop")
@pytest.mark.parametrize("length", [1, 2, 4, 5, 9])
def test_rejected_tokens_are_dropped(candidate, reference, draw, length):
    first, then = tokens(draw, 5), tokens(draw, 2)
    actual = candidate.decode_cropped(first, length, then)
    whole = at_once(reference, joined([t[..., :length, :] for t in first], then), rotary=True)
    assert actual["lengths"] == [min(length, 5)] * 2
    assert_near(actual["output"], whole[..., -2:, :])


@judges("own-copies")
def test_the_caller_may_write_over_its_tensors(candidate, reference, draw):
    tensors = [draw.normal(2, 3, n, 4) for n in (3, 3, 1, 1)]
    actual, expected = candidate.after_the_caller_wrote(*tensors), reference.after_the_caller_wrote(*tensors)
    for name in ("k", "v"):
        assert_close(actual[name], expected[name], tolerance=0)


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_kept(candidate, reference, draw, dtype):
    steps = [[0, draw.normal(2, 3, n, 4, dtype=dtype), draw.normal(2, 3, n, 4, dtype=dtype)] for n in (3, 1)]
    assert_updates(candidate.updates(1, steps), reference.updates(1, steps))
    check(candidate, reference, [t.to(dtype) for t in tokens(draw, 5)], [3, 1, 1])
    # Products of about 4096 that differ by 1.8, which half precision cannot tell apart.
    q, k, v = tokens(draw, 6)
    q[:], k[:] = 0.0, 0.0
    q[..., 0], q[..., 1], k[..., 0] = 64.0, 1.0, 64.0
    k[..., 1] = 0.9 * (2 * draw.integers(0, 2, 2, 2, 3, 6) - 1)
    qkv = [t.to(dtype) for t in (q, k, v)]
    check(candidate, reference, qkv, [3, 1, 2])


def check_eight_bits(candidate, x):
    actual = candidate.round_trip(x)
    wide = x.double()
    low, high = wide.amin(-1, keepdim=True), wide.amax(-1, keepdim=True)
    scale = (high - low) / 255
    assert_close(actual["scale"], scale, scale=high.abs() + low.abs(), tolerance=4.0, dtype=torch.float32)
    assert_close(actual["low"], low, tolerance=1.0, dtype=torch.float32)
    back = actual["codes"].double() * actual["scale"].double() + actual["low"].double()
    assert actual["codes"].dtype is torch.uint8
    assert actual["codes"].shape == x.shape
    # Rounded to the nearest code: half a step, and a share of the rounding of the division.
    assert ((back - wide).abs() <= scale * 0.502 + 1e-6 * wide.abs()).all()
    assert_close(actual["back"], back, scale=high.abs() + low.abs(), tolerance=4.0, dtype=torch.float32)
    assert_close(actual["x"], x, tolerance=0)


@judges("eight-bits")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_half_a_step_at_most(candidate, draw, dtype):
    # Vectors of very different size: one scale for all would lose the small ones.
    sizes = 10.0 ** torch.arange(-3, 4)[:, None]
    check_eight_bits(candidate, (draw.normal(2, 3, 7, 32) * sizes).to(dtype))
    check_eight_bits(candidate, draw.uniform(5.0, 6.0, 1, 1, 1, 16, dtype=dtype))


@judges("eight-bits")
def test_vectors_of_equal_values_and_the_whole_range_of_float16(candidate, draw):
    check_eight_bits(candidate, draw.normal(2, 3, 4, 1).expand(2, 3, 4, 8).contiguous())
    check_eight_bits(candidate, torch.zeros(1, 1, 1, 4))
    check_eight_bits(candidate, draw.uniform(-65000.0, 65000.0, 1, 2, 3, 64, dtype=torch.float16))
