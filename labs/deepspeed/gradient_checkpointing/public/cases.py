"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import FEW, SIZES, WHOLE, tensor

FROZEN = st.sampled_from([[], ["first"], ["second"], ["first", "second"]])


@st.composite
def steps(draw):
    batch, hidden, width = draw(SIZES), draw(FEW), draw(SIZES)
    shapes = {"x": (batch, hidden), "grad": (batch, hidden), "first": (width, hidden), "second": (hidden, width)}
    call = {name: tensor(draw, shape, values=WHOLE) for name, shape in shapes.items()}
    scale = draw(st.sampled_from([None, 2.0, 0.5]))
    call |= {"frozen": draw(FROZEN), "needs_grad": draw(st.booleans()), "functional": draw(st.booleans())}
    return call if scale is None else call | {"others": [None, scale]}


@st.composite
def stacks(draw):
    layers, hidden, width = draw(st.integers(1, 4)), draw(FEW), draw(FEW)
    call = {name: tensor(draw, (2, hidden), values=WHOLE) for name in ("x", "grad")}
    call["firsts"] = [tensor(draw, (width, hidden), values=WHOLE) for _ in range(layers)]
    call["seconds"] = [tensor(draw, (hidden, width), values=WHOLE) for _ in range(layers)]
    return call | {"every": draw(st.integers(1, 3))}


CALLS = {"step": steps(), "layers_step": stacks()}
