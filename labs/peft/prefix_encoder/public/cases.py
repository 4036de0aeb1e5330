"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, FEW, SIZES, WHOLE, tensor

INTEGERS = st.sampled_from([torch.int64, torch.bool])


@st.composite
def encoders(draw, projected=False):
    length, layers, kv_heads = draw(FEW), draw(FEW), draw(FEW)
    sizes = {"length": length, "layers": layers, "heads": 2 * kv_heads, "kv_heads": kv_heads, "head_dim": 2}
    size, row, dtype = kv_heads * 2, layers * 2 * kv_heads * 2, draw(DTYPES)
    if not projected:
        parameters = {"embedding.weight": tensor(draw, (length, row), dtype, WHOLE)}
        return {"batch_size": draw(FEW), "sizes": sizes, "parameters": parameters}
    shapes = {"embedding.weight": (length, size), "transform.0.weight": (1, size), "transform.0.bias": (1,)}
    shapes |= {"transform.2.weight": (row, 1), "transform.2.bias": (row,)}
    parameters = {name: tensor(draw, shape, values=WHOLE) for name, shape in shapes.items()}
    return {"batch_size": draw(FEW), "sizes": sizes | {"projection": 1}, "parameters": parameters}


@st.composite
def masks(draw):
    return {"mask": tensor(draw, (draw(FEW), draw(SIZES)), draw(INTEGERS), (1, 0)), "length": draw(SIZES)}


@st.composite
def attentions(draw):
    batch, kv_heads, length, seq = draw(FEW), draw(FEW), draw(FEW), draw(FEW)
    names = {"query": (2 * kv_heads, seq), "key": (kv_heads, seq), "value": (kv_heads, seq)}
    names |= {"prefix_key": (kv_heads, length), "prefix_value": (kv_heads, length)}
    call = {name: tensor(draw, (batch, *shape, 2), values=WHOLE) for name, shape in names.items()}
    tables = {name: tensor(draw, (length + seq, 2), values=WHOLE) for name in ("cos", "sin")}
    return call | tables | {"mask": tensor(draw, (batch, seq), torch.int64, (1, 0))}


CALLS = {
    "prefixes": encoders(),
    "prefixes_from_the_table": encoders(projected=True),
    "extended": masks(),
    "attention": attentions(),
}
