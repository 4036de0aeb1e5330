# Python numbers, one row at a time: round() goes to even as well.
import torch

WIDTH = {"int8": 8, "float16": 16, "bfloat16": 16, "float32": 32}


def quantize(weight):
    codes, scales = [], []
    for row in weight.float().tolist():
        scale = max(abs(w) for w in row) / 127 or 1.0
        scales.append(scale)
        codes.append([round(w / scale) for w in row])
    kwargs = {"device": weight.device}
    return torch.tensor(codes, dtype=torch.int8, **kwargs), torch.tensor(scales, dtype=torch.float32, **kwargs)


def dequantize(codes, scale, dtype=torch.float32):
    return torch.stack([row.float() * s for row, s in zip(codes, scale)]).to(dtype)


def int8_linear(x, codes, scale, bias=None):
    rows = [(x.float() * (row.float() * s)).sum(-1) for row, s in zip(codes, scale)]
    y = torch.stack(rows, dim=-1)
    y = y if bias is None else y + bias
    return y.to(x.dtype)


def audit(tensors):
    kinds = {(t["dtype"], t["trains"]) for t in tensors}
    checks = [
        ("not-quantized", not {("int8", True), ("int8", False)} & kinds),
        ("integers-train", ("int8", True) in kinds),
        ("nothing-trains", not any(trains and dtype != "int8" for dtype, trains in kinds)),
        ("half-trains", ("float16", True) in kinds),
    ]
    bits = sum(t["elements"] * WIDTH[t["dtype"]] for t in tensors)
    return {
        "bytes": bits // 8,
        "trained": sum(t["elements"] * int(t["trains"]) for t in tensors),
        "problems": [name for name, holds in checks if holds],
    }
