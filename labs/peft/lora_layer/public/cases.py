"""Small visible calls of the harness, on which an answer may be compared with the reference.

Values are small whole numbers, so that every sum is exact in half precision, too: no order of summing is wrong.
Dropout is drawn only where it cannot be seen, because two sides never drop the same elements.
"""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, LEADING, SIZES, WHOLE, tensor

RANKS = st.sampled_from([1, 2])
ALPHAS = st.sampled_from([1, 2, 4])
DROPOUTS = st.sampled_from([None, 0.5])
FINE = (*WHOLE, 257.0)
"""bfloat16 lacks 257."""
STEPS = st.lists(st.sampled_from(["merge", "unmerge"]), min_size=1, max_size=4)


def new_layer(draw):
    """A base and alpha."""
    size_out, size_in, dtype = draw(SIZES), draw(SIZES), draw(DTYPES)
    return {
        "weight": tensor(draw, (size_out, size_in), dtype, WHOLE),
        "bias": tensor(draw, (size_out,), dtype, WHOLE) if draw(st.booleans()) else None,
        "alpha": draw(ALPHAS),
    }


def layer(draw):
    """A base, alpha and an adapter."""
    made = new_layer(draw)
    (size_out, size_in), r = made["weight"].shape, draw(RANKS)
    values = FINE if made["weight"].dtype is torch.float32 else WHOLE
    lora_a = tensor(draw, (r, size_in), made["weight"].dtype, values)
    return made | {"lora_a": lora_a, "lora_b": like_weight(draw, made, size_out, r)}


def like_weight(draw, made, *shape):
    return tensor(draw, shape, made["weight"].dtype, WHOLE)


@st.composite
def calls(draw, make=layer, *behind):
    """x (..., in, *behind), and what `make` gives."""
    made = make(draw)
    return {"x": like_weight(draw, made, *draw(LEADING), made["weight"].shape[1], *behind)} | made


@st.composite
def forwards(draw):
    call = draw(calls()) | {"training": draw(st.booleans()), "dropout": draw(DROPOUTS)}
    if call["training"] and call["dropout"]:
        call["lora_b"] = torch.zeros_like(call["lora_b"])
    return call


@st.composite
def backwards(draw):
    call = draw(calls())
    return call | {"grad": like_weight(draw, call, *call["x"].shape[:-1], call["weight"].shape[0])}


@st.composite
def new_layers(draw):
    return draw(calls(new_layer)) | {"r": draw(RANKS), "dropout": draw(DROPOUTS)}


@st.composite
def steps(draw):
    return {"steps": draw(STEPS)} | draw(calls())


@st.composite
def updates(draw):
    call = draw(calls())
    new_a, new_b = (like_weight(draw, call, *call[name].shape) for name in ("lora_a", "lora_b"))
    return call | {"new_a": new_a, "new_b": new_b}


CALLS = {
    "forward": forwards(),
    "gradients": backwards(),
    "new_layer_forward": new_layers(),
    "outputs_after": steps(),
    "outputs_after_update": updates(),
    "forward_in_both_modes": calls(),
    "forward_transposed": calls(layer, 2),
    "inputs_afterwards": calls(),
}
