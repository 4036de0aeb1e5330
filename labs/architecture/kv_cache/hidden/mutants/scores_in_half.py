# killed-by: half-precision
# mistake: dtype-not-kept
# Scores and softmax in the half precision of the inputs.
import torch


class KVCache:
    def __init__(self, layers):
        self.k = [None for _ in range(layers)]
        self.v = [None for _ in range(layers)]

    def length(self, layer):
        return self.k[layer].shape[2] if self.k[layer] is not None else 0

    def update(self, layer, k, v):
        if self.k[layer] is None:
            self.k[layer], self.v[layer] = k.clone(), v.clone()
        else:
            self.k[layer] = torch.cat([self.k[layer], k], dim=2)
            self.v[layer] = torch.cat([self.v[layer], v], dim=2)
        return self.k[layer], self.v[layer]

    def reorder(self, index):
        for layer in range(len(self.k)):
            self.k[layer] = self.k[layer].index_select(0, index)
            self.v[layer] = self.v[layer].index_select(0, index)

    def crop(self, length):
        for layer in range(len(self.k)):
            self.k[layer] = self.k[layer][:, :, :length]
            self.v[layer] = self.v[layer][:, :, :length]


def attend(cache, layer, q, k, v, rotate):
    past, n = cache.length(layer), q.shape[2]
    positions = torch.arange(past, past + n, device=q.device)
    q, k = rotate(q, positions), rotate(k, positions)
    k, v = cache.update(layer, k, v)
    scores = q @ k.transpose(2, 3) * q.shape[3] ** -0.5
    mask = torch.ones(n, past + n, dtype=torch.bool, device=q.device).triu(past + 1)
    weights = scores.masked_fill(mask, float("-inf")).softmax(dim=-1)
    return (weights @ v).to(q.dtype)


def quantize(x):
    x = x.float()
    low = x.min(dim=-1, keepdim=True).values
    high = x.max(dim=-1, keepdim=True).values
    scale = (high - low) / 255
    codes = torch.round((x - low) / torch.where(scale > 0, scale, torch.ones_like(scale)))
    return codes.to(torch.uint8), scale, low


def dequantize(codes, scale, low):
    return codes.float() * scale + low
