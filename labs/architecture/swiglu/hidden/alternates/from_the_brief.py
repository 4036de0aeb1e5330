# Written from the brief and the starter alone.
"""SwiGLU, y = down(SiLU(gate(x)) * up(x)), its width, and the weights of two other models brought into it."""

import torch
import torch.nn.functional as F
from torch import nn


class SwiGLU(nn.Module):
    """The feed-forward layer of Llama: gate_proj, up_proj and down_proj, without biases."""

    def __init__(self, hidden_size: int, intermediate_size: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, bias=False)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., hidden_size). Returns the same shape and dtype."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


def ffn_width(hidden_size: int, multiple_of: int = 256, multiplier: float | None = None) -> int:
    """The intermediate size for a hidden size: two thirds of four times, up to a multiple."""
    n = 8 * hidden_size // 3
    if multiplier is not None:
        n = int(multiplier * n)
    return multiple_of * ((n + multiple_of - 1) // multiple_of)


def from_qwen(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """w1.weight, w2.weight, c_proj.weight under the names of `SwiGLU`."""
    return {
        "gate_proj.weight": state["w2.weight"].clone(),
        "up_proj.weight": state["w1.weight"].clone(),
        "down_proj.weight": state["c_proj.weight"].clone(),
    }


def from_chatglm2(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """dense_h_to_4h.weight and dense_4h_to_h.weight under the names of `SwiGLU`."""
    gate, up = state["dense_h_to_4h.weight"].chunk(2, dim=0)
    return {
        "gate_proj.weight": gate.clone(),
        "up_proj.weight": up.clone(),
        "down_proj.weight": state["dense_4h_to_h.weight"].clone(),
    }
