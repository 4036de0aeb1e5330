"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

LASTS = st.sampled_from([1, 0, 2])
RATES = st.sampled_from([0.5, 0.25])
SHAPES = {"layers": st.sampled_from([2, 3]), "tied": st.booleans()}

CALLS = {
    "what_trains": st.fixed_dictionaries(SHAPES | {"last": LASTS, "frozen": st.booleans()}),
    "what_trains_then": st.fixed_dictionaries(SHAPES | {"lasts": st.lists(LASTS, min_size=1, max_size=2)}),
    "refused": st.fixed_dictionaries(SHAPES | {"last": st.sampled_from([2, 4, -1])}),
    "optimized": st.fixed_dictionaries(SHAPES | {"last": LASTS, "lr": RATES, "weight_decay": RATES}),
    "modes": st.fixed_dictionaries(SHAPES | {"last": LASTS, "training": st.booleans()}),
}
