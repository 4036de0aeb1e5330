"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

TOKENS = st.lists(st.integers(31, 33), max_size=2)
ASSISTANT = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": TOKENS},
    optional={"loss": st.booleans(), "metadata": TOKENS},
)
OTHER = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "observation", "system"]), "content": TOKENS},
    optional={"loss": st.booleans()},
)
TALKS = st.lists(st.one_of(ASSISTANT, OTHER), min_size=1, max_size=4)

CALLS = {
    "build": st.fixed_dictionaries(
        {"messages": TALKS},
        optional={"policy": st.sampled_from(["all", "last", "flags"]), "max_length": st.integers(3, 12)},
    ),
}
