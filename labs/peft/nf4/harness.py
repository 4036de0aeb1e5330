"""How an answer to this lab is called: with plain tensors. The judge calls its own functions in the same way."""

import torch


def table(answer):
    """The sixteen values."""
    return answer.nf4_table()


def quantized(answer, weight, block=None):
    """The packed codes and the scales of a weight; `block` is left out of the call where it is not given."""
    return list(answer.quantize(weight) if block is None else answer.quantize(weight, block))


def dequantized(answer, packed, absmax, shape, dtype, block=None):
    """The weight from packed codes and scales; `dtype` by its name."""
    blocks = {} if block is None else {"block": block}
    return answer.dequantize(packed, absmax, tuple(shape), getattr(torch, dtype), **blocks)


def there_and_back(answer, weight, times=1):
    """A weight quantised and dequantised, as often as asked for."""
    for _ in range(times):
        packed, absmax = answer.quantize(weight)
        weight = answer.dequantize(packed, absmax, tuple(weight.shape), weight.dtype)
    return weight


def quantized_scales(answer, absmax, block=None):
    """Codes, scales and mean of scales quantised in turn."""
    return list(answer.quantize_scales(absmax) if block is None else answer.quantize_scales(absmax, block))


def dequantized_scales(answer, codes, scales, mean, block=None):
    """The scales from their codes."""
    blocks = {} if block is None else {"block": block}
    return answer.dequantize_scales(codes, scales, mean, **blocks)


def bits(answer, **given):
    """Bits for each weight."""
    return answer.bits_per_weight(**given)


def weight_afterwards(answer, weight):
    """What the weight holds once it has been quantised."""
    answer.quantize(weight)
    return weight
