"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges


@judges("table")
def test_ends_and_zero(candidate):
    table = candidate.table()
    assert isinstance(table, torch.Tensor)
    assert table.shape == (16,)
    assert_close(table[[0, 7, 15]], torch.tensor([-1.0, 0.0, 1.0]), tolerance=0)


@judges("codes")
def test_five_weights_in_blocks_of_two(candidate):
    # Blocks (2, -2), (0, 0), (-3): codes 15, 0, 7, 7, 0, and 7 to fill up the last byte.
    packed, absmax = candidate.quantized(torch.tensor([2.0, -2.0, 0.0, 0.0, -3.0]), 2)
    assert_close(packed, torch.tensor([0xF0, 0x77, 0x07], dtype=torch.uint8))
    assert_close(absmax, torch.tensor([2.0, 0.0, 3.0]))


@judges("double-quantisation")
def test_three_scales(candidate):
    # The mean is 3; off it are -2, 0 and 2, which become -127, 0 and 127.
    codes, scales, mean = candidate.quantized_scales(torch.tensor([1.0, 3.0, 5.0]))
    assert_close(codes, torch.tensor([-127, 0, 127], dtype=torch.int8))
    assert_close(scales, torch.tensor([2 / 127]))
    assert_close(mean, torch.tensor(3.0))
