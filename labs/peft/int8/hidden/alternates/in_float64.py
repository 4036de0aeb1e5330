# Everything in float64, an einsum for the layer, sums for the audit.
import torch


def quantize(weight):
    w = weight.double()
    largest = w.abs().max(dim=1, keepdim=True).values
    scale = (largest / 127.0).float()
    scale[largest == 0] = 1
    return torch.round(w / scale.double()).clamp(-127, 127).to(torch.int8), scale.squeeze(1)


def dequantize(codes, scale, dtype=torch.float32):
    return torch.einsum("ij,i->ij", codes.double(), scale.double()).float().to(dtype)


def int8_linear(x, codes, scale, bias=None):
    y = torch.einsum("...j,ij,i->...i", x.double(), codes.double(), scale.double())
    if bias is not None:
        y += bias.double()
    return y.to(x.dtype)


def audit(tensors):
    result = {"bytes": 0, "trained": 0, "problems": []}
    int8 = trains8 = trains = half = 0
    for t in tensors:
        size = {"int8": 1, "float32": 4}.get(t["dtype"], 2)
        result["bytes"] += t["elements"] * size
        result["trained"] += t["elements"] if t["trains"] else 0
        int8 += size == 1
        trains8 += size == 1 and t["trains"]
        trains += size > 1 and t["trains"]
        half += t["dtype"] == "float16" and t["trains"]
    if not int8:
        result["problems"].append("not-quantized")
    if trains8:
        result["problems"].append("integers-train")
    if not trains:
        result["problems"].append("nothing-trains")
    if half:
        result["problems"].append("half-trains")
    return result
