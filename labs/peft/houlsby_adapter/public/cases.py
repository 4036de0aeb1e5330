"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import FEW, LEADING, SIZES, WHOLE, tensor


def values(draw, dim, bottleneck):
    return {
        "down": tensor(draw, (bottleneck, dim), values=WHOLE),
        "down_bias": tensor(draw, (bottleneck,), values=WHOLE),
        "up": tensor(draw, (dim, bottleneck), values=WHOLE),
        "up_bias": tensor(draw, (dim,), values=WHOLE),
    }


@st.composite
def adapters(draw, backward=False):
    dim, bottleneck = draw(SIZES), draw(SIZES)
    call = {"x": tensor(draw, (*draw(LEADING), dim), values=WHOLE), "values": values(draw, dim, bottleneck)}
    return call | {"grad": call["x"].new_ones(call["x"].shape)} if backward else call


@st.composite
def layers(draw):
    x, bottleneck = tensor(draw, (draw(FEW), draw(FEW), 2), values=WHOLE), draw(FEW)
    return {"x": x, "adapters": [values(draw, 2, bottleneck) for _ in range(2)]}


TRAINED = st.fixed_dictionaries({"dim": SIZES, "layers": FEW, "bottleneck": SIZES, "frozen": st.booleans()})

CALLS = {"adapter": adapters(), "adapter_gradients": adapters(True), "layer": layers(), "what_trains": TRAINED}
