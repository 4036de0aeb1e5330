"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

TEXTS = st.text(alphabet="a \n\t\r\u3000", max_size=8)
MARKERS = ["<n>", "<|tab|>", "<|blank_2|>", "<|blank_3|>", "<|blank_1|>", "<|blank_5|>", "a", " ", "\n"]
LENGTHS = {"max_length": st.integers(2, 4)}
SWITCHES = {"linebreak": st.booleans(), "whitespaces": st.booleans()}

CALLS = {
    "encode": st.fixed_dictionaries({"text": TEXTS}, optional=LENGTHS | SWITCHES),
    "decode": st.fixed_dictionaries(
        {"text": st.lists(st.sampled_from(MARKERS), max_size=4).map("".join)}, optional=LENGTHS
    ),
}
