"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

TOKENS = st.lists(st.integers(10, 12), min_size=1, max_size=3)
TURN = st.fixed_dictionaries({"question": TOKENS, "answer": TOKENS})


@st.composite
def packings(draw):
    samples = [{"input_ids": ids, "labels": list(ids)} for ids in draw(st.lists(TOKENS, min_size=1, max_size=3))]
    return {"samples": samples, "length": draw(st.integers(3, 6)), "pad_id": draw(st.sampled_from([0, 10]))}


CALLS = {
    "truncate": st.fixed_dictionaries(
        {
            "system": st.lists(st.integers(7, 8), max_size=2),
            "turns": st.lists(TURN, min_size=1, max_size=3),
            "max_length": st.integers(5, 24),
        }
    ),
    "pack": packings(),
}
