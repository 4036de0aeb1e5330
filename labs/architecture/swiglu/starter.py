"""SwiGLU, y = down(SiLU(gate(x)) * up(x)), its width, and the weights of two other models brought into it."""

import torch
from torch import nn


class SwiGLU(nn.Module):
    """The feed-forward layer of Llama: gate_proj, up_proj and down_proj, without biases."""

    def __init__(self, hidden_size: int, intermediate_size: int) -> None:
        super().__init__()
        # TODO: three projections.

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x: (..., hidden_size). Returns the same shape and dtype."""
        raise NotImplementedError("TODO: gate, up, down")


def ffn_width(hidden_size: int, multiple_of: int = 256, multiplier: float | None = None) -> int:
    """The intermediate size for a hidden size: two thirds of four times, up to a multiple."""
    raise NotImplementedError("TODO: the width")


def from_qwen(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """w1.weight, w2.weight, c_proj.weight under the names of `SwiGLU`."""
    raise NotImplementedError("TODO: which is the gate?")


def from_chatglm2(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """dense_h_to_4h.weight and dense_4h_to_h.weight under the names of `SwiGLU`."""
    raise NotImplementedError("TODO: which half is the gate?")
