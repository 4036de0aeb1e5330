# Codes counted as midpoints passed; quantiles by torch's ndtri in float64; padding and views.
import torch
import torch.nn.functional as F


def nf4_table():
    o = torch.tensor(0.9677083, dtype=torch.float64)
    above = torch.special.ndtri(o + (0.5 - o) * torch.arange(8, dtype=torch.float64) / 8)
    below = torch.special.ndtri(o + (0.5 - o) * torch.arange(7, dtype=torch.float64) / 7)
    return (torch.cat((-below, torch.zeros(1, dtype=torch.float64), above.flip(0))) / above[0]).to(torch.float32)


def rows(flat, block):
    missing = -flat.numel() % block
    return F.pad(flat, (0, missing)).view(-1, block)


def quantize(weight, block=64):
    flat = weight.detach().to(torch.float32).reshape(-1)
    blocks = rows(flat, block)
    absmax = torch.linalg.vector_norm(blocks, ord=float("inf"), dim=1)
    scaled = torch.nan_to_num(blocks / absmax.unsqueeze(1), nan=0.0).reshape(-1)[: flat.numel()]
    table = nf4_table()
    codes = (scaled.unsqueeze(1) > (table[:-1] + table[1:]) / 2).sum(dim=1)
    pairs = F.pad(codes, (0, flat.numel() % 2), value=7).view(-1, 2)
    return (pairs * torch.tensor([16, 1])).sum(dim=1).to(torch.uint8), absmax


def dequantize(packed, absmax, shape, dtype, block=64):
    wide = packed.int()
    codes = torch.stack((wide // 16, wide % 16), dim=-1).view(-1)
    count = 1
    for size in shape:
        count *= size
    values = torch.take(nf4_table(), codes[:count].long())
    return torch.mul(rows(values, block), absmax[:, None]).view(-1)[:count].view(shape).type(dtype)


def quantize_scales(absmax, block=256):
    mean = absmax.mean()
    blocks = rows(absmax - mean, block)
    scales = blocks.abs().max(dim=1).values / 127.0
    codes = torch.nan_to_num(torch.round(blocks / scales[:, None]), nan=0.0)
    return codes.reshape(-1)[: absmax.numel()].to(torch.int8), scales, mean


def dequantize_scales(codes, scales, mean, block=256):
    return (rows(codes.float(), block) * scales[:, None]).view(-1)[: codes.numel()] + mean


def bits_per_weight(block=64, scale_block=None):
    scale_bits = 32.0 if scale_block is None else 8.0 + 32.0 / scale_block
    return 4.0 + scale_bits / block
