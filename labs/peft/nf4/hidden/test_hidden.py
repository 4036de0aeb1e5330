"""The hidden suite. Codes must agree exactly: weights are drawn away from the midpoints between two values."""

import pytest
import torch

from labs.grading.suite import assert_close, judges


def a_weight(draw, table, *shape, block=64, dtype=torch.float32):
    """Weights near values of NF4, in blocks of which each has its own size and one weight of that size."""
    count = torch.Size(shape).numel()
    gaps = (table[1:] - table[:-1]).double() / 2
    codes = draw.integers(1, 15, count)
    flat = table.double()[codes] + draw.uniform(-0.6, 0.6, count) * torch.minimum(gaps[codes - 1], gaps[codes])
    for start in range(0, count, block):
        end = min(start + block, count)
        flat[draw.integer(start, end)] = draw.choice([-1, 1])
        flat[start:end] *= draw.uniform(0.1, 8.0, 1)
    return flat.reshape(shape).to(dtype)


def assert_quantized(candidate, reference, weight, block=None):
    (packed, absmax), (codes, sizes) = (side.quantized(weight, block) for side in (candidate, reference))
    assert_close(packed, codes)
    assert_close(absmax, sizes, tolerance=0)


@judges("table")
def test_all_sixteen(candidate, reference):
    assert_close(candidate.table(), reference.table(), scale=torch.ones(()), tolerance=4.0)


@judges("codes")
@pytest.mark.parametrize("shape", [(4, 64), (2, 3, 64)])
def test_the_nearest_value_two_to_a_byte(candidate, reference, draw, shape):
    assert_quantized(candidate, reference, a_weight(draw, reference.table(), *shape))


@judges("blocks")
@pytest.mark.parametrize("block", [32, 128])
def test_a_scale_for_each_block(candidate, reference, draw, block):
    assert_quantized(candidate, reference, a_weight(draw, reference.table(), 8, 48, block=block), block)


@judges("last-block")
@pytest.mark.parametrize("shape", [(7, 19), (1,), (65,), (3, 50)])
def test_a_last_block_that_is_not_full(candidate, reference, draw, shape):
    assert_quantized(candidate, reference, a_weight(draw, reference.table(), *shape))


@judges("zero-block")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_block_of_zeros(candidate, reference, draw, dtype):
    weight = a_weight(draw, reference.table(), 3, 64, dtype=dtype)
    weight[1] = 0.0
    assert_quantized(candidate, reference, weight)
    assert_close(candidate.there_and_back(weight), reference.there_and_back(weight), tolerance=2.0)


@judges("dequantisation")
@pytest.mark.parametrize(("shape", "block"), [((4, 64), None), ((5, 13), None), ((2, 3, 11), 16)])
def test_the_weight_again(candidate, reference, draw, shape, block):
    count = torch.Size(shape).numel()
    packed, absmax = (
        draw.integers(0, 256, -(-count // 2)).to(torch.uint8),
        draw.uniform(0.1, 5.0, -(-count // (block or 64))),
    )
    given = (packed, absmax, list(shape), "float32", block)
    assert_close(candidate.dequantized(*given), reference.dequantized(*given), tolerance=8.0)


@judges("dtypes")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_in_and_out(candidate, reference, draw, dtype):
    weight = a_weight(draw, reference.table(), 3, 64, dtype=dtype)
    assert_quantized(candidate, reference, weight)
    packed, absmax = reference.quantized(weight)
    given = (packed, absmax * 1.001, [3, 64], str(dtype).removeprefix("torch."))
    # Rounded once, at the end: half an eps at most.
    exact = reference.dequantized(packed, absmax * 1.001, [3, 64], "float32")
    assert_close(candidate.dequantized(*given), exact.double(), tolerance=0.502, dtype=dtype)


@judges("round-trip")
def test_twice_is_once(candidate, draw):
    weight = draw.normal(5, 70)
    once, twice = candidate.there_and_back(weight), candidate.there_and_back(weight, 2)
    assert_close(twice, once, tolerance=0)
    # Half of the widest gap between two values, 0.1519 of a block's largest weight, which is below 6.
    assert_close(once, weight, scale=torch.ones(()), tolerance=0.16 * 6 / torch.finfo(torch.float32).eps)


@judges("double-quantisation")
@pytest.mark.parametrize(("count", "block"), [(512, None), (300, None), (1, None), (50, 16)])
def test_scales_in_eight_bits(candidate, draw, count, block):
    absmax, size = draw.uniform(2.0, 4.0, count), block or 256
    absmax[: count // 2] *= 1.5
    codes, scales, mean = candidate.quantized_scales(absmax, block)
    assert_close(mean, absmax.double().mean(), dtype=torch.float32, tolerance=16.0)
    off = absmax.double() - mean.double()
    largest = torch.stack([part.abs().amax() for part in off.split(size)])
    assert_close(scales, largest / 127, scale=torch.ones(()), dtype=torch.float32, tolerance=1.0)
    assert isinstance(codes, torch.Tensor)
    assert (codes.dtype, codes.shape) == (torch.int8, (count,))
    if count > 1:
        steps = off / (largest / 127).repeat_interleave(size)[:count]
        assert (codes - steps).abs().max() <= 0.501


@judges("double-quantisation")
def test_scales_that_are_all_alike(candidate):
    codes, scales, mean = candidate.quantized_scales(torch.full((64,), 0.5))
    assert_close(codes, torch.zeros(64, dtype=torch.int8))
    assert_close(scales, torch.zeros(1), tolerance=0)
    assert_close(mean, torch.tensor(0.5), tolerance=0)


@judges("scales-again")
@pytest.mark.parametrize(("count", "block"), [(600, None), (21, 8)])
def test_the_scales_again(candidate, reference, draw, count, block):
    codes = draw.integers(-127, 128, count).to(torch.int8)
    scales, mean = draw.uniform(0.001, 0.02, -(-count // (block or 256))), draw.uniform(3.0, 5.0)
    given = (codes, scales, mean, block)
    assert_close(candidate.dequantized_scales(*given), reference.dequantized_scales(*given), scale=torch.full((), 8.0))


@judges("bits")
@pytest.mark.parametrize("given", [{}, {"block": 32}, {"scale_block": 256}, {"block": 128, "scale_block": 64}])
def test_bits_for_each_weight(candidate, reference, given):
    actual = candidate.bits(**given)
    assert isinstance(actual, float)
    assert abs(actual - reference.bits(**given)) < 1e-9


@judges("unchanged-input")
def test_the_weight_is_left_as_it_was(candidate, draw):
    weight = draw.normal(3, 64)
    weight[1] = 0.0
    assert_close(candidate.weight_afterwards(weight), weight, tolerance=0)
