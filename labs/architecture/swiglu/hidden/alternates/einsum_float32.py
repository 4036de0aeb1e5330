# einsum in float32 with one rounding at the end; the width by counting up.
import torch
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, hidden_size, intermediate_size):
        super().__init__()
        for name, (i, o) in {
            "gate_proj": (hidden_size, intermediate_size),
            "up_proj": (hidden_size, intermediate_size),
            "down_proj": (intermediate_size, hidden_size),
        }.items():
            setattr(self, name, nn.Linear(i, o, bias=False))

    def forward(self, x):
        g, u, d = (m.weight.float() for m in (self.gate_proj, self.up_proj, self.down_proj))
        gate = torch.einsum("...h,wh->...w", x.float(), g)
        up = torch.einsum("...h,wh->...w", x.float(), u)
        return torch.einsum("...w,hw->...h", gate / (1 + torch.exp(-gate)) * up, d).to(x.dtype)


def ffn_width(hidden_size, multiple_of=256, multiplier=None):
    n = 8 * hidden_size // 3
    if multiplier is not None:
        n = int(multiplier * n)
    while n % multiple_of:
        n += 1
    return n


def from_qwen(state):
    return dict(
        [
            ("up_proj.weight", state["w1.weight"]),
            ("gate_proj.weight", state["w2.weight"]),
            ("down_proj.weight", state["c_proj.weight"]),
        ]
    )


def from_chatglm2(state):
    fused = state["dense_h_to_4h.weight"]
    width = state["dense_4h_to_h.weight"].shape[1]
    return {
        "gate_proj.weight": fused[:width],
        "up_proj.weight": fused[width:],
        "down_proj.weight": state["dense_4h_to_h.weight"],
    }
