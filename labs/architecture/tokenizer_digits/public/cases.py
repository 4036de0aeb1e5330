"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

PIECES = ["<unk>", "▁", "a", "b", "1", "2", "ab", "▁ab", "12", "bab", "b1"]
MERGES = [["a", "b"], ["▁", "ab"], ["1", "2"], ["b", "ab"], ["b", "1"]]
TEXTS = st.text(alphabet="ab 12猫é\n", max_size=6)
CAT = [len(PIECES) + byte for byte in "猫".encode()]
IDS = st.lists(st.sampled_from([2, 1, 3, 4, 7, *CAT]), max_size=5)

CALLS = {
    "encode": st.fixed_dictionaries({"text": TEXTS, "pieces": st.just(PIECES), "merges": st.just(MERGES)}),
    "decode": st.fixed_dictionaries({"ids": IDS, "pieces": st.just(PIECES)}),
}
