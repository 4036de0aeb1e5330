"""int8 quantisation by rows, a linear layer on it, and an audit of what is int8 and what is none."""

from typing import Any

import torch


def quantize(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """weight: (rows, columns), float32, bfloat16 or float16.

    Returns (codes, scale): int8 (rows, columns) and float32 (rows,).
    """
    raise NotImplementedError


def dequantize(codes: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Code times the scale of its row: (rows, columns) in `dtype`."""
    raise NotImplementedError


def int8_linear(
    x: torch.Tensor, codes: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """x: (..., columns). bias: (rows,) or None. Returns (..., rows) in the dtype of x."""
    raise NotImplementedError


def audit(tensors: list[dict[str, Any]]) -> dict[str, Any]:
    """tensors: a list of {"name", "dtype", "elements", "trains"}. Returns {"bytes", "trained", "problems"}."""
    raise NotImplementedError
