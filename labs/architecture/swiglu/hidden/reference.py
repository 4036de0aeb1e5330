"""SwiGLU with its width and two mappings of weights, the reference.

Noam Shazeer, "GLU Variants Improve Transformer", arXiv:2002.05202, section 2, equation 6:

    FFN_SwiGLU(x, W, V, W2) = (Swish_1(x W) * (x V)) W2         Swish_1(z) = SiLU(z) = z sigmoid(z)

W is the gate, V the up projection, W2 the down projection. Three matrices instead of two: with two thirds of the
width there are as many parameters as before. Meta's Llama code then rounds the width up to a multiple.
"""

import torch
import torch.nn.functional as F
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, hidden_size: int, intermediate_size: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = F.silu(self.gate_proj(x)) * self.up_proj(x)  # (..., hidden) -> (..., intermediate)
        return self.down_proj(hidden)  # (..., intermediate) -> (..., hidden)


def ffn_width(hidden_size: int, multiple_of: int = 256, multiplier: float | None = None) -> int:
    n = 2 * (4 * hidden_size) // 3
    if multiplier is not None:
        n = int(multiplier * n)  # before rounding up, so that the result is a multiple in any case
    return -(-n // multiple_of) * multiple_of


def from_qwen(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    # Qwen computes c_proj(w1(x) * silu(w2(x))): the second of its two goes through the activation.
    return {
        "gate_proj.weight": state["w2.weight"],
        "up_proj.weight": state["w1.weight"],
        "down_proj.weight": state["c_proj.weight"],
    }


def from_chatglm2(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    # nn.Linear keeps its outputs as rows: the first half of the outputs is the first half of the rows.
    gate, up = state["dense_h_to_4h.weight"].chunk(2)  # (2 * intermediate, hidden) -> twice (intermediate, hidden)
    return {"gate_proj.weight": gate, "up_proj.weight": up, "down_proj.weight": state["dense_4h_to_h.weight"]}
