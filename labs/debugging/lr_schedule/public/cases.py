"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

STEPS = st.lists(st.integers(0, 12), min_size=1, max_size=1)


@st.composite
def runs(draw):
    warmup = draw(st.integers(0, 3))
    run = {"steps": draw(STEPS), "peak": 1.0, "warmup": warmup, "total": warmup + draw(st.integers(1, 6))}
    return run | draw(st.fixed_dictionaries({}, optional={"floor": st.sampled_from([0.0, 0.5, 0.25])}))


CALLS = {
    "cosine": runs(),
    "deepspeed_warmup": st.fixed_dictionaries(
        {"steps": STEPS, "low": st.sampled_from([0.0, 0.5]), "high": st.just(1.0), "warmup": st.integers(1, 8)},
        optional={"kind": st.sampled_from(["log", "linear"])},
    ),
    "rates": st.fixed_dictionaries(
        {
            "values": st.just([float(i) for i in range(10)]),
            "micro_batches": st.integers(1, 8),
            "accumulation": st.integers(1, 4),
        }
    ),
}
