"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

RANKS = st.integers(1, 4)


def one(**given):
    return st.fixed_dictionaries({"calls": st.lists(st.fixed_dictionaries(given), min_size=1, max_size=1)})


CALLS = {
    "slices": one(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3), ranks=RANKS),
    "sent": one(elements=st.integers(1, 12), ranks=RANKS, stage=st.integers(0, 3)),
}
