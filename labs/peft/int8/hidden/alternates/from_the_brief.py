# Written from the brief and the starter alone.
"""int8 quantisation by rows, a linear layer on it, and an audit of what is int8 and what is none."""

import torch
import torch.nn.functional as F

BYTES = {"int8": 1, "float16": 2, "bfloat16": 2, "float32": 4}


def quantize(weight):
    """weight: (rows, columns), float32, bfloat16 or float16.

    Returns (codes, scale): int8 (rows, columns) and float32 (rows,).
    """
    w = weight.detach().float()
    scale = w.abs().amax(dim=1) / 127
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    codes = torch.round(w / scale[:, None]).clamp(-127, 127).to(torch.int8)
    return codes, scale


def dequantize(codes, scale, dtype=torch.float32):
    """Code times the scale of its row: (rows, columns) in `dtype`."""
    return (codes.float() * scale.float()[:, None]).to(dtype)


def int8_linear(x, codes, scale, bias=None):
    """x: (..., columns). bias: (rows,) or None. Returns (..., rows) in the dtype of x."""
    bias = None if bias is None else bias.float()
    return F.linear(x.float(), dequantize(codes, scale), bias).to(x.dtype)


def audit(tensors):
    """tensors: a list of {"name", "dtype", "elements", "trains"}. Returns {"bytes", "trained", "problems"}."""
    quantized = [t for t in tensors if t["dtype"] == "int8"]
    trained = [t for t in tensors if t["trains"]]
    problems = []
    if not quantized:
        problems.append("not-quantized")
    if any(t["trains"] for t in quantized):
        problems.append("integers-train")
    if all(t["dtype"] == "int8" for t in trained):
        problems.append("nothing-trains")
    if any(t["dtype"] == "float16" for t in trained):
        problems.append("half-trains")
    return {
        "bytes": sum(BYTES[t["dtype"]] * t["elements"] for t in tensors),
        "trained": sum(t["elements"] for t in trained),
        "problems": problems,
    }
