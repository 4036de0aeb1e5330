"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import tensor

SLOPES = (0.0, 1.0, 2.0, -1.0, 0.5, 32.0)
SCALING = {"window": st.integers(1, 3), "hysteresis": st.integers(1, 3), "consecutive_hysteresis": st.booleans()}


@st.composite
def runs(draw):
    weights = [tensor(draw, (2,))]
    slopes = [[tensor(draw, (2,), values=SLOPES)] for _ in range(draw(st.integers(1, 3)))]
    return {"weights": weights, "slopes": slopes, "lr": 0.5, "init_scale": 4096.0} | draw(
        st.fixed_dictionaries(SCALING)
    )


CALLS = {
    "trace": st.fixed_dictionaries(
        {"overflows": st.lists(st.booleans(), min_size=1, max_size=8), "init_scale": st.sampled_from([4.0, 3.0, 64.0])},
        optional=SCALING | {"min_scale": st.sampled_from([1.0, 2.0])},
    ),
    "train": runs(),
}
