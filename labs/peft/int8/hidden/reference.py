"""int8 by rows, the reference (LLM.int8(), sections 2 and 3.1: absmax, vector-wise).

    scale_i = max_j |w_ij| / 127        code_ij = round(w_ij / scale_i)        w_ij ~ code_ij * scale_i

The error is at most scale_i / 2, so one outlier makes its whole row coarse; a scale for each row keeps it there.
Symmetric: codes from -127 to 127, no zero point, 0.0 has code 0.

Codes are integers and have no gradient: they stay frozen, and what trains is an adapter beside them. A run is int8
where its tensors are, not where a function with int8 in its name was called: peft's prepare_model_for_kbit_training,
on a model that was not loaded in int8, freezes it and widens half precision to float32.
"""

from typing import Any

import torch

BYTES = {"int8": 1, "float16": 2, "bfloat16": 2, "float32": 4}


def quantize(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    weight = weight.float()
    scale = weight.abs().amax(dim=1) / 127  # (rows, columns) -> (rows,)
    scale = torch.where(scale > 0, scale, 1.0)  # a row of zeros: 0 / 0 would be NaN
    codes = (weight / scale[:, None]).round()  # the largest is divided by itself / 127: none is beyond 127
    return codes.to(torch.int8), scale


def dequantize(codes: torch.Tensor, scale: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return (codes * scale[:, None]).to(dtype)  # in float32; (rows,) -> (rows, 1): one scale for each row


def int8_linear(
    x: torch.Tensor, codes: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    y = x.float() @ dequantize(codes, scale).T  # (..., columns) -> (..., rows)
    if bias is not None:
        y = y + bias
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
