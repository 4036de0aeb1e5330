# SiLU times up as a function of its own, with the backward pass by hand.
import torch
import torch.nn.functional as F
from torch import nn


class _Gated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate, up):
        ctx.save_for_backward(gate, up)
        return F.silu(gate) * up

    @staticmethod
    def backward(ctx, grad):
        gate, up = ctx.saved_tensors
        s = torch.sigmoid(gate)
        return grad * up * s * (1 + gate * (1 - s)), grad * gate * s


class SwiGLU(nn.Module):
    def __init__(self, hidden_size, intermediate_size):
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, False)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, False)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, False)

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        return self.down_proj(_Gated.apply(self.gate_proj(rows), self.up_proj(rows))).reshape(x.shape)


def ffn_width(hidden_size, multiple_of=256, multiplier=None):
    n = (hidden_size * 8 - hidden_size * 8 % 3) // 3
    n = n if multiplier is None else int(n * multiplier)
    return n + (-n) % multiple_of


def _named(gate, up, down):
    return {f"{k}_proj.weight": v for k, v in (("gate", gate), ("up", up), ("down", down))}


def from_qwen(state):
    w1, w2, c_proj = (state[f"{k}.weight"] for k in ("w1", "w2", "c_proj"))
    return _named(w2, w1, c_proj)


def from_chatglm2(state):
    fused = state["dense_h_to_4h.weight"]
    return _named(*fused.reshape(2, -1, fused.shape[1]).unbind(), state["dense_4h_to_h.weight"])
