# killed-by: half-precision
# mistake: dtype-not-kept
# The product is left in float32, and so is the result.
import math

import torch
import torch.nn.functional as F
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, hidden_size, intermediate_size):
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, bias=False)

    def forward(self, x):
        hidden = F.silu(self.gate_proj(x).float()) * self.up_proj(x).float()
        return hidden @ self.down_proj.weight.float().T


def ffn_width(hidden_size, multiple_of=256, multiplier=None):
    n = int(2 * (4 * hidden_size) / 3)
    if multiplier is not None:
        n = int(multiplier * n)
    return multiple_of * math.ceil(n / multiple_of)


def from_qwen(state):
    return {
        "gate_proj.weight": state["w2.weight"],
        "up_proj.weight": state["w1.weight"],
        "down_proj.weight": state["c_proj.weight"],
    }


def from_chatglm2(state):
    gate, up = state["dense_h_to_4h.weight"].chunk(2, dim=0)
    return {
        "gate_proj.weight": gate,
        "up_proj.weight": up,
        "down_proj.weight": state["dense_4h_to_h.weight"],
    }
