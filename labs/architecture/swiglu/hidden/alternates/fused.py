# One product for gate and up, as GLM does it, over parameters of small modules of its own.
import math

import torch
from torch import nn


class _Weight(nn.Module):
    def __init__(self, out_features, in_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / math.sqrt(in_features))


class SwiGLU(nn.Module):
    def __init__(self, hidden_size, intermediate_size):
        super().__init__()
        self.gate_proj = _Weight(intermediate_size, hidden_size)
        self.up_proj = _Weight(intermediate_size, hidden_size)
        self.down_proj = _Weight(hidden_size, intermediate_size)

    def forward(self, x):
        fused = torch.cat((self.gate_proj.weight, self.up_proj.weight))
        gate, up = (x @ fused.T).chunk(2, dim=-1)
        return (gate * gate.sigmoid() * up) @ self.down_proj.weight.T


def ffn_width(hidden_size, multiple_of=256, multiplier=None):
    n = int(2 * (4 * hidden_size) / 3)
    if multiplier:
        n = math.floor(n * multiplier)
    return multiple_of * ((n + multiple_of - 1) // multiple_of)


_QWEN = {"w1": "up_proj", "w2": "gate_proj", "c_proj": "down_proj"}


def from_qwen(state):
    return {_QWEN[name.removesuffix(".weight")] + ".weight": weight for name, weight in state.items()}


def from_chatglm2(state):
    names = iter(("gate_proj.weight", "up_proj.weight"))
    out = {next(names): w.clone() for w in state["dense_h_to_4h.weight"].tensor_split(2)}
    out["down_proj.weight"] = state["dense_4h_to_h.weight"].clone()
    return out
