"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import SIZES, tensor

STEPS = st.integers(1, 3)
OPTIONS = st.fixed_dictionaries(
    {"lr": st.sampled_from([0.5, 0.25])},
    optional={
        "weight_decay": st.sampled_from([0.0, 0.5, 1.0]),
        "eps": st.sampled_from([1.0, 0.25]),
        "betas": st.sampled_from([[0.5, 0.75], [0.0, 0.5]]),
    },
)


@st.composite
def trajectories(draw):
    size = (draw(SIZES),)
    gradients = [[tensor(draw, size) if draw(st.booleans()) else None] for _ in range(draw(STEPS))]
    return {"parameters": [tensor(draw, size)], "gradients": gradients} | draw(OPTIONS)


CALLS = {"trajectory": trajectories()}
