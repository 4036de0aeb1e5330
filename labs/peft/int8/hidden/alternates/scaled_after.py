# Outputs scaled after the product with the bare codes; diag and addmm; torch's own item sizes.
import torch
import torch.nn.functional as F


def quantize(weight):
    wide = weight.to(torch.float32)
    top = torch.linalg.vector_norm(wide, ord=float("inf"), dim=-1)
    scale = top.div(127).masked_fill(top == 0, 1.0)
    return wide.T.div(scale).T.round().char(), scale


def dequantize(codes, scale, dtype=torch.float32):
    return (codes.to(torch.float32).T * scale).T.to(dtype).contiguous()


def int8_linear(x, codes, scale, bias=None):
    y = F.linear(x.to(torch.float32), codes.to(torch.float32)) * scale
    if bias is not None:
        y = y + bias
    return y.type_as(x)


def audit(tensors):
    def sizes(keep):
        return [t["elements"] for t in tensors if keep(t)]

    eight = [t for t in tensors if t["dtype"] == "int8"]
    problems = []
    if len(eight) == 0:
        problems += ["not-quantized"]
    if any(t["trains"] for t in eight):
        problems += ["integers-train"]
    if not sizes(lambda t: t["trains"] and t not in eight):
        problems += ["nothing-trains"]
    if sizes(lambda t: t["trains"] and t["dtype"] == "float16"):
        problems += ["half-trains"]
    total = sum(t["elements"] * getattr(torch, t["dtype"]).itemsize for t in tensors)
    return {"problems": problems, "trained": sum(sizes(lambda t: t["trains"])), "bytes": total}
