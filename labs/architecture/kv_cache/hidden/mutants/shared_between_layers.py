# killed-by: layers
# mistake: layers-mixed
# One list of chunks, several times.
import math

import torch


class KVCache:
    def __init__(self, layers):
        self.k = [[]] * layers
        self.v = [[]] * layers

    def length(self, layer):
        return sum(t.shape[2] for t in self.k[layer])

    def update(self, layer, k, v):
        self.k[layer].append(k.clone())
        self.v[layer].append(v.clone())
        return torch.cat(self.k[layer], dim=2), torch.cat(self.v[layer], dim=2)

    def reorder(self, index):
        for layer in range(len(self.k)):
            self.k[layer][:] = [t.index_select(0, index) for t in self.k[layer]]
            self.v[layer][:] = [t.index_select(0, index) for t in self.v[layer]]

    def crop(self, length):
        for layer in range(len(self.k)):
            self.k[layer][:] = [torch.cat(self.k[layer], dim=2)[:, :, :length]]
            self.v[layer][:] = [torch.cat(self.v[layer], dim=2)[:, :, :length]]


def attend(cache, layer, q, k, v, rotate):
    past, n = cache.length(layer), q.shape[2]
    positions = torch.arange(past, past + n, device=q.device)
    q, k = rotate(q, positions), rotate(k, positions)
    k, v = cache.update(layer, k, v)
    scores = q.float() @ k.float().transpose(2, 3) / math.sqrt(q.shape[3])
    mask = torch.ones(n, past + n, dtype=torch.bool, device=q.device).triu(past + 1)
    weights = scores.masked_fill(mask, float("-inf")).softmax(dim=-1)
    return (weights @ v.float()).to(q.dtype)


def quantize(x):
    x = x.float()
    low = x.min(dim=-1, keepdim=True).values
    high = x.max(dim=-1, keepdim=True).values
    scale = (high - low) / 255
    codes = torch.round((x - low) / torch.where(scale > 0, scale, torch.ones_like(scale)))
    return codes.to(torch.uint8), scale, low


def dequantize(codes, scale, low):
    return codes.float() * scale + low
