"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

WORDS = st.sampled_from(["a", "b", "c"])
SENTENCES = st.lists(WORDS, min_size=1, max_size=4)
REFERENCES = st.lists(SENTENCES, min_size=1, max_size=2)


@st.composite
def corpora(draw):
    size = draw(st.integers(1, 2))
    corpus = {
        "candidates": [draw(SENTENCES) for _ in range(size)],
        "references": [draw(REFERENCES) for _ in range(size)],
    }
    return corpus | {"max_n": draw(st.integers(1, 2))}


CALLS = {
    "clipped_matches": st.fixed_dictionaries(
        {"candidate": SENTENCES, "references": REFERENCES, "n": st.integers(1, 3)}
    ),
    "closest_length": st.fixed_dictionaries({"candidate": SENTENCES, "references": REFERENCES}),
    "brevity_penalty": st.fixed_dictionaries({"c": st.integers(0, 4), "r": st.integers(1, 4)}),
    "corpus_bleu": corpora(),
}
