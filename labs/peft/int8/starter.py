"""int8 quantisation by rows, a linear layer on it, and an audit of what is int8 and what is none."""

import torch


def quantize(weight):
    """weight: (rows, columns), float32, bfloat16 or float16.

    Returns (codes, scale): int8 (rows, columns) and float32 (rows,).
    """
    raise NotImplementedError


def dequantize(codes, scale, dtype=torch.float32):
    """Code times the scale of its row: (rows, columns) in `dtype`."""
    raise NotImplementedError


def int8_linear(x, codes, scale, bias=None):
    """x: (..., columns). bias: (rows,) or None. Returns (..., rows) in the dtype of x."""
    raise NotImplementedError


def audit(tensors):
    """tensors: a list of {"name", "dtype", "elements", "trains"}. Returns {"bytes", "trained", "problems"}."""
    raise NotImplementedError
