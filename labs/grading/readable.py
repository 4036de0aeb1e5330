"""Values of the harness as short plain text: `float32 (1, 2) [[0.5, -1]]`."""

from __future__ import annotations

import torch

from labs.grading.frames import sendable
from labs.grading.tensors import Opaque

MAX_ELEMENTS = 64
"""Of one tensor or list; those that follow are left out."""
MAX_STRING = 200


def readable(value: object, limit: int) -> str:
    """`value` in at most `limit` characters. A tensor shows its dtype, its shape and six digits of each element."""
    text = sendable(_text(value))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _text(value: object) -> str:
    match value:
        case torch.Tensor():
            return f"{_name(value.dtype)} {tuple(value.shape)} {_elements(value.detach().cpu())}"
        case dict():
            pairs = [f"{str(key)[:MAX_STRING]}: {_text(child)}" for key, child in list(value.items())[:MAX_ELEMENTS]]
            return f"{{{', '.join([*pairs, *_rest(value)])}}}"
        case list() | tuple():
            return f"[{', '.join([*map(_text, value[:MAX_ELEMENTS]), *_rest(value)])}]"
        case Opaque():
            return f"a {value.type_name}, which is no data"
        case str():
            return repr(value[:MAX_STRING]) + ("…" if len(value) > MAX_STRING else "")
        case torch.dtype():
            return _name(value)
        case int():
            return str(value) if value.bit_length() < 128 else f"an integer of {value.bit_length()} bits"
        case _:
            return str(value)


def _elements(tensor: torch.Tensor) -> str:
    if tensor.numel() <= MAX_ELEMENTS:
        return _nested(tensor.tolist())
    return f"[{', '.join([*map(_number, tensor.reshape(-1)[:MAX_ELEMENTS].tolist()), '…'])}]"


def _nested(values: object) -> str:
    return f"[{', '.join(map(_nested, values))}]" if isinstance(values, list) else _number(values)


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _rest(container: list[object] | tuple[object, ...] | dict[object, object]) -> list[str]:
    return ["…"] if len(container) > MAX_ELEMENTS else []


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
