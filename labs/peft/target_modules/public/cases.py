"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

from labs.grading.cases import tensor

TARGETS = st.sampled_from(
    [["q_proj"], ["v_proj", "k_proj"], "all-linear", ["lm_head"], ["experts.0"], ["0.self_attn.o_proj"], ["value_proj"]]
)
SHAPES = {"layers": st.sampled_from([1, 2]), "tied": st.booleans(), "bias": st.booleans()}
RANKS = st.sampled_from([1, 2])
TRAINS = st.lists(st.sampled_from(["norm", "embed_tokens", "lm_head", "layers.0.self_attn"]), max_size=2, unique=True)


@st.composite
def runs(draw):
    call = {name: draw(values) for name, values in SHAPES.items()}
    ids = tensor(draw, (1, 2), values=(0, 1, 2)).long()
    return call | {"ids": ids, "targets": draw(TARGETS), "r": draw(RANKS), "alpha": draw(RANKS)}


CALLS = {
    "found": st.fixed_dictionaries(SHAPES | {"targets": TARGETS}),
    "names_that_train": st.fixed_dictionaries(SHAPES | {"targets": TARGETS, "r": RANKS}),
    "counts": st.fixed_dictionaries(SHAPES | {"trains": TRAINS}),
    "counts_with_adapters": st.fixed_dictionaries(SHAPES | {"targets": TARGETS, "r": RANKS}),
    "output": runs(),
}
