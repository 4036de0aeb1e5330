"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, SIZES, tensor

LENGTHS = st.integers(1, 40)
TRAIN_LENGTHS = st.sampled_from([4, 2, 8, 10])
HEAD_DIMS = st.sampled_from([4, 6, 8])
BASES = st.sampled_from([None, 100.0])
STARTS = st.sampled_from([0, 1, 5, 20])
FEW = st.integers(1, 2)


@st.composite
def logns(draw):
    return {"positions": tensor(draw, (draw(SIZES),), torch.int64, range(40)), "train_length": draw(TRAIN_LENGTHS)}


def chunk(draw, dtype=torch.float32):
    batch, seq, head_dim = draw(FEW), draw(SIZES), draw(HEAD_DIMS)
    q, k = tensor(draw, (batch, draw(FEW), seq, head_dim), dtype), tensor(draw, (batch, 1, seq, head_dim), dtype)
    return {"q": q, "k": k, "start": draw(STARTS)}


@st.composite
def forwards(draw):
    rest = {"train_length": draw(TRAIN_LENGTHS), "base": draw(BASES), "training": draw(st.booleans())}
    return chunk(draw, draw(DTYPES)) | rest


@st.composite
def backwards(draw):
    call = chunk(draw)
    grads = {f"grad_{name}": tensor(draw, call[name].shape) for name in ("q", "k")}
    return call | grads | {"train_length": draw(TRAIN_LENGTHS)}


@st.composite
def successions(draw):
    first = chunk(draw)
    others = [{"start": draw(STARTS), "training": draw(st.booleans())} for _ in range(draw(FEW))]
    requests = [first | {"training": False}, *(first | other for other in others)]
    return {"requests": requests, "train_length": draw(TRAIN_LENGTHS)}


CALLS = {
    "alpha": st.fixed_dictionaries({"length": LENGTHS, "train_length": TRAIN_LENGTHS}),
    "frequencies": st.fixed_dictionaries(
        {"head_dim": HEAD_DIMS, "train_length": TRAIN_LENGTHS, "length": LENGTHS, "base": BASES}
    ),
    "logn": logns(),
    "forward": forwards(),
    "gradients": backwards(),
    "successive": successions(),
}
