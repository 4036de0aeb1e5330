# killed-by: gradient
# mistake: layer-is-another
# The layer rounds x, and its gradient is lost.
from typing import Any

import torch

BYTES = {"int8": 1, "float16": 2, "bfloat16": 2, "float32": 4}


def quantize(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    weight = weight.float()
    scale = weight.abs().amax(dim=1) / 127  # (rows, columns) -> (rows,)
    scale = torch.where(scale > 0, scale, 1.0)  # a row of zeros: 0 / 0 would be NaN
    codes = (weight / scale[:, None]).round().clamp(-127, 127)
    return codes.to(torch.int8), scale


def dequantize(codes: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return (codes.float() * scale[:, None]).to(dtype)  # (rows,) -> (rows, 1): one scale for each row


def int8_linear(
    x: torch.Tensor, codes: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    x_codes, x_scale = quantize(x.reshape(-1, x.shape[-1]).detach())
    x = dequantize(x_codes, x_scale, x.dtype).reshape(x.shape) + 0 * x
    y = x.float() @ dequantize(codes, scale).T  # (..., columns) -> (..., rows)
    if bias is not None:
        y = y + bias.float()
    return y.to(x.dtype)


def audit(tensors: list[dict[str, Any]]) -> dict[str, Any]:
    trained = [tensor for tensor in tensors if tensor["trains"]]
    dtypes = [tensor["dtype"] for tensor in trained]
    found = {
        "not-quantized": all(tensor["dtype"] != "int8" for tensor in tensors),
        "integers-train": "int8" in dtypes,
        "nothing-trains": all(dtype == "int8" for dtype in dtypes),
        "half-trains": "float16" in dtypes,
    }
    return {
        "bytes": sum(tensor["elements"] * BYTES[tensor["dtype"]] for tensor in tensors),
        "trained": sum(tensor["elements"] for tensor in trained),
        "problems": [problem for problem, holds in found.items() if holds],
    }
