"""Small visible calls of the harness, on which an answer may be compared with the reference."""

import torch
from hypothesis import strategies as st

from labs.grading.cases import FEW, WHOLE, tensor

LAYERS = st.sampled_from([1, 2])


@st.composite
def encoders(draw, kind):
    sizes = {"length": draw(FEW), "dim": draw(FEW), "hidden": 1, "kind": kind}
    dim = sizes["dim"]
    shapes = {"embedding.weight": (sizes["length"], dim)}
    if kind == "MLP":
        shapes |= {"mlp_head.0.weight": (1, dim), "mlp_head.0.bias": (1,), "mlp_head.2.weight": (1, 1)}
        shapes |= {"mlp_head.2.bias": (1,), "mlp_head.4.weight": (dim, 1), "mlp_head.4.bias": (dim,)}
    else:
        sizes["layers"] = draw(LAYERS)
        for end in (f"_l{i}{direction}" for i in range(sizes["layers"]) for direction in ("", "_reverse")):
            shapes |= {
                f"lstm_head.weight_ih{end}": (4, dim if "_l0" in end else 2),
                f"lstm_head.weight_hh{end}": (4, 1),
            }
            shapes |= {f"lstm_head.bias_ih{end}": (4,), f"lstm_head.bias_hh{end}": (4,)}
        shapes |= {"mlp_head.0.weight": (2, 2), "mlp_head.0.bias": (2,)}
        shapes |= {"mlp_head.2.weight": (dim, 2), "mlp_head.2.bias": (dim,)}
    parameters = {name: tensor(draw, shape, values=WHOLE) for name, shape in shapes.items()}
    return {"batch_size": draw(FEW), "sizes": sizes, "parameters": parameters}


@st.composite
def fills(draw):
    batch, seq, dim = draw(FEW), draw(st.integers(1, 3)), draw(FEW)
    ids = tensor(draw, (batch, seq), torch.int64, (7, 0, 1))
    length = int((ids[0] == 7).sum())
    virtual = torch.arange(1.0, batch * length * dim + 1).reshape(batch, length, dim)
    return {"virtual": virtual, "ids": ids, "embeds": tensor(draw, (batch, seq, dim), values=WHOLE), "pseudo": 7}


def has_places(call):
    return call["virtual"].shape[1] > 0


def is_whole(call):
    return has_places(call) and bool(((call["ids"] == 7).sum(dim=1) == call["virtual"].shape[1]).all())


CALLS = {
    "virtual_tokens": st.one_of(encoders("MLP"), encoders("LSTM")),
    "fixed": encoders("MLP"),
    "filled": fills().filter(is_whole),
    "fill_refused": fills().filter(has_places),
}
