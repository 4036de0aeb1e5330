# A list of single tokens for each layer, and a loop over the tokens of a chunk.
import torch


class KVCache:
    def __init__(self, layers):
        self.store = {i: [] for i in range(layers)}

    def length(self, layer):
        return len(self.store[layer])

    def update(self, layer, k, v):
        for t in range(k.shape[2]):
            self.store[layer].append((k[:, :, t].clone(), v[:, :, t].clone()))
        keys, values = zip(*self.store[layer])
        return torch.stack(keys, dim=2), torch.stack(values, dim=2)

    def reorder(self, index):
        for tokens in self.store.values():
            tokens[:] = [(k[index], v[index]) for k, v in tokens]

    def crop(self, length):
        for tokens in self.store.values():
            del tokens[length:]


def attend(cache, layer, q, k, v, rotate):
    outputs = []
    for t in range(q.shape[2]):
        here = torch.tensor([cache.length(layer)], device=q.device)
        now = slice(t, t + 1)
        keys, values = cache.update(layer, rotate(k[:, :, now], here), v[:, :, now])
        query = rotate(q[:, :, now], here).float() / q.shape[-1] ** 0.5
        weights = torch.einsum("bhqd,bhkd->bhqk", query, keys.float()).softmax(-1)
        outputs.append(torch.einsum("bhqk,bhkd->bhqd", weights, values.float()))
    return torch.cat(outputs, dim=2).to(q.dtype)


def quantize(x):
    rows = x.float().reshape(-1, x.shape[-1])
    codes, scales, lows = [], [], []
    for row in rows:
        low, high = row.min(), row.max()
        scale = (high - low) / 255
        codes.append(((row - low) / scale).round() if scale > 0 else torch.zeros_like(row))
        scales.append(scale)
        lows.append(low)
    shape = (*x.shape[:-1], 1)
    return (
        torch.stack(codes).reshape(x.shape).to(torch.uint8),
        torch.stack(scales).reshape(shape),
        torch.stack(lows).reshape(shape),
    )


def dequantize(codes, scale, low):
    return low + scale * codes
