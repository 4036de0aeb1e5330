"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import tensor

LISTS, LIMITS = st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(1, 6)
NUMBERS = (0.0, 2.0, 4.0, -2.0)


def one(**given):
    return st.fixed_dictionaries({"calls": st.lists(st.fixed_dictionaries(given), min_size=1, max_size=1)})


@st.composite
def gradients(draw):
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    ranks = draw(st.integers(1, 2))
    of_ranks = [[tensor(draw, (size,), values=NUMBERS) for size in sizes] for _ in range(ranks)]
    return {"gradients": of_ranks, "limit": draw(LIMITS)}


CALLS = {
    "buckets": one(sizes=LISTS, limit=LIMITS),
    "average": gradients(),
    "traffic": one(sizes=LISTS, limit=LIMITS, ranks=st.integers(1, 4), element_bytes=st.sampled_from([2, 4])),
}
