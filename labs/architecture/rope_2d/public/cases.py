"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import DTYPES, SIZES, tensor

BOS = 9
# float16 lacks 2049.
POSITIONS = (0, 1, 2, 3, 4, 10, 2049)
HEAD_DIMS = st.sampled_from([4, 8])
BASES = st.sampled_from([None, 100.0])
FEW = st.integers(1, 2)
BOOLEANS = st.booleans()


@st.composite
def sequences(draw):
    batch, seq = draw(FEW), draw(st.integers(2, 6))
    ids, masks = torch.ones(batch, seq, dtype=torch.int64), []
    for row in ids:
        context = draw(st.integers(1, seq - 1))
        row[context] = BOS
        masks.append(draw(st.integers(0, context - 1)))
    gmasks = [draw(BOOLEANS) for _ in masks]
    return {"input_ids": ids, "bos_token_id": BOS, "mask_positions": masks, "use_gmasks": gmasks}


def chunk(draw, dtype):
    batch, heads, seq, head_dim = draw(FEW), draw(FEW), draw(SIZES), draw(HEAD_DIMS)
    q, k = (tensor(draw, (batch, heads, seq, head_dim), dtype) for _ in range(2))
    return {"q": q, "k": k, "positions": tensor(draw, (batch, 2, seq), torch.int64, POSITIONS)}


@st.composite
def rotations(draw):
    return chunk(draw, draw(DTYPES)) | {"base": draw(BASES)}


@st.composite
def backwards(draw):
    call = chunk(draw, torch.float32)
    return call | {f"grad_{name}": tensor(draw, call[name].shape) for name in ("q", "k")}


CALLS = {"position_ids": sequences(), "rotate": rotations(), "gradients": backwards()}
