# Starts from empty tensors, as the library's dynamic cache does; an additive mask from positions.
import torch


class KVCache:
    def __init__(self, layers):
        self.kv = [None] * layers

    def length(self, layer):
        return 0 if self.kv[layer] is None else self.kv[layer].size(-2)

    def update(self, layer, k, v):
        new = torch.stack([k, v])
        old = new[..., :0, :] if self.kv[layer] is None else self.kv[layer]
        self.kv[layer] = torch.cat([old, new], -2)
        return self.kv[layer].unbind(0)

    def _each(self, change):
        self.kv = [None if t is None else change(t) for t in self.kv]

    def reorder(self, index):
        self._each(lambda t: t.index_select(1, index.to(t.device)))

    def crop(self, length):
        self._each(lambda t: t.narrow(-2, 0, min(length, t.size(-2))).contiguous())


def attend(cache, layer, q, k, v, rotate):
    n = k.size(-2)
    rows = torch.arange(n, device=q.device) + cache.length(layer)
    keys, values = cache.update(layer, rotate(k, rows), v)
    columns = torch.arange(keys.size(-2), device=q.device)
    bias = torch.zeros(n, keys.size(-2), device=q.device)
    bias[columns > rows.unsqueeze(-1)] = torch.finfo(torch.float32).min
    scores = torch.matmul(rotate(q, rows).float(), keys.float().mT) * keys.size(-1) ** -0.5 + bias
    return torch.matmul(torch.softmax(scores, -1), values.float()).type_as(q)


def quantize(x):
    values = x.to(torch.float32)
    low = values.amin(-1, keepdim=True)
    span = values.amax(-1, keepdim=True) - low
    codes = ((values - low) * 255 / span.clamp_min(torch.finfo(torch.float32).tiny)).round()
    return codes.clamp(0, 255).to(torch.uint8), span / 255, low


def dequantize(codes, scale, low):
    return codes.to(scale.dtype) * scale + low
