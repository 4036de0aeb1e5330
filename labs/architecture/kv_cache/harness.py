"""How an answer to this lab is called.

The judge runs these functions over your cache and functions and over its own. q, k and v of a model are (layers, batch,
heads, length, dim). `chunks` says how many tokens go through all layers at once, one chunk after the other.
"""

import torch


def updates(answer, layers, steps):
    """Each step is [layer, k, v]: what `update` returned, and all lengths after it."""
    cache = answer.KVCache(layers)
    seen = []
    for layer, k, v in steps:
        keys, values = cache.update(layer, k, v)
        seen.append({"k": keys.clone(), "v": values.clone(), "lengths": [cache.length(i) for i in range(layers)]})
    return seen


def decode(answer, q, k, v, chunks, rotary=False):
    """The outputs for all tokens, (layers, batch, heads, length, dim), chunk by chunk."""
    cache = answer.KVCache(len(q))
    return _run(answer, cache, q, k, v, chunks, rotary)


def keys_stored(answer, q, k, v, chunks):
    """The keys that layer 0 holds of all tokens but the last, which is appended by `update` to see them."""
    cache = answer.KVCache(len(q))
    _run(answer, cache, *(t[..., :-1, :] for t in (q, k, v)), chunks, True)
    return cache.update(0, k[0, ..., -1:, :], v[0, ..., -1:, :])[0][..., :-1, :].clone()


def decode_reordered(answer, first, index, then):
    """`first` and `then` are [q, k, v], decoded with `reorder(index)` in between: the outputs for `then`."""
    cache = answer.KVCache(len(first[0]))
    _run(answer, cache, *first, [first[0].shape[-2]], True)
    cache.reorder(index)
    output = _run(answer, cache, *then, [1] * then[0].shape[-2], True)
    return {"output": output, "length": cache.length(0)}


def decode_cropped(answer, first, length, then):
    """The same with `crop(length)` in between; also the lengths before `then`."""
    cache = answer.KVCache(len(first[0]))
    _run(answer, cache, *first, [first[0].shape[-2]], True)
    cache.crop(length)
    lengths = [cache.length(i) for i in range(len(first[0]))]
    return {"output": _run(answer, cache, *then, [then[0].shape[-2]], True), "lengths": lengths}


def after_the_caller_wrote(answer, k, v, more_k, more_v):
    """All keys and values where the caller zeroes its own k and v between two updates."""
    cache = answer.KVCache(1)
    cache.update(0, k, v)
    k.zero_()
    v.zero_()
    keys, values = cache.update(0, more_k, more_v)
    return {"k": keys.clone(), "v": values.clone()}


def round_trip(answer, x):
    """The codes, scale and low of x, what they give back, and what x holds afterwards."""
    codes, scale, low = answer.quantize(x)
    return {"codes": codes, "scale": scale, "low": low, "back": answer.dequantize(codes, scale, low), "x": x}


def rotate(x, positions):
    """Rotary positions: x (batch, heads, length, dim), positions (length,)."""
    half = x.shape[-1] // 2
    turns = positions.double()[:, None] * 0.7 ** torch.arange(half, dtype=torch.float64, device=x.device)
    cos, sin = turns.cos().to(x.dtype), turns.sin().to(x.dtype)  # (length, half)
    first, second = x[..., :half], x[..., half:]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def _run(answer, cache, q, k, v, chunks, rotary):
    turn = rotate if rotary else lambda x, positions: x
    outputs, start = [], 0
    for size in chunks:
        now = slice(start, start + size)
        layers = (
            answer.attend(cache, i, q[i, ..., now, :], k[i, ..., now, :], v[i, ..., now, :], turn)
            for i in range(len(q))
        )
        outputs.append(torch.stack(list(layers)))
        start += size
    return torch.cat(outputs, dim=-2)
