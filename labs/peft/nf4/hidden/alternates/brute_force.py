# Plain Python over lists, the nearest value by min, no tensors but at both ends.
from statistics import NormalDist

import torch


def nf4_table():
    half = 0.5 - 0.9677083
    q = [NormalDist().inv_cdf(0.9677083 + half * i / 8) for i in range(8)]
    n = [NormalDist().inv_cdf(0.9677083 + half * i / 7) for i in range(7)]
    return torch.tensor(sorted([v / q[0] for v in q] + [0.0] + [-v / q[0] for v in n]))


def quantize(weight, block=64):
    table = nf4_table().double().tolist()
    values = weight.detach().double().flatten().tolist()
    codes, sizes = [], []
    for start in range(0, len(values), block):
        part = values[start : start + block]
        size = max(abs(v) for v in part)
        sizes.append(size)
        codes += [min(range(16), key=lambda c, v=v: abs(v / (size or 1.0) - table[c])) for v in part]
    codes += [7] * (len(codes) % 2)
    packed = [16 * high + low for high, low in zip(codes[0::2], codes[1::2])]
    return torch.tensor(packed, dtype=torch.uint8), torch.tensor(sizes, dtype=torch.float32)


def dequantize(packed, absmax, shape, dtype, block=64):
    table, sizes = nf4_table().tolist(), absmax.tolist()
    codes = [code for byte in packed.tolist() for code in divmod(byte, 16)]
    count = torch.Size(shape).numel()
    return torch.tensor([table[c] * sizes[i // block] for i, c in enumerate(codes[:count])]).reshape(shape).to(dtype)


def quantize_scales(absmax, block=256):
    mean = absmax.double().mean().float()
    off = (absmax - mean).tolist()
    codes, scales = [], []
    for start in range(0, len(off), block):
        part = off[start : start + block]
        scales.append(max(abs(v) for v in part) / 127)
        codes += [round(v / scales[-1]) if scales[-1] else 0 for v in part]
    return torch.tensor(codes, dtype=torch.int8), torch.tensor(scales), mean


def dequantize_scales(codes, scales, mean, block=256):
    return torch.tensor([c * float(scales[i // block]) + float(mean) for i, c in enumerate(codes.tolist())])


def bits_per_weight(block=64, scale_block=None):
    return 4 + (32 if scale_block is None else 8 + 32 / scale_block) / block
