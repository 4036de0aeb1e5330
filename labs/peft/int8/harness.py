"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. Dtypes travel as their names: "float16".
"""

import torch


def quantize(answer, weight):
    codes, scale = answer.quantize(weight)
    return {"codes": codes, "scale": scale}


def dequantize(answer, codes, scale, dtype=None):
    if dtype is None:
        return answer.dequantize(codes, scale)
    return answer.dequantize(codes, scale, getattr(torch, dtype))


def round_trip(answer, weight):
    """Your own codes and scales, back to float32."""
    return answer.dequantize(*answer.quantize(weight))


def int8_linear(answer, x, codes, scale, bias=None):
    return answer.int8_linear(x, codes, scale) if bias is None else answer.int8_linear(x, codes, scale, bias)


def gradient(answer, x, codes, scale, upstream):
    """The gradient for x of sum(upstream * y)."""
    x = x.clone().requires_grad_()
    answer.int8_linear(x, codes, scale).backward(upstream)
    return x.grad


def audit(answer, tensors):
    return answer.audit(tensors)


def weight_afterwards(answer, weight):
    weight = weight.clone()
    answer.quantize(weight)
    return weight
