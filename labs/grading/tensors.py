"""Values on the wire: JSON with tensors beside it, bounded on the way in.

`pack` turns a value made of tensors, numbers, strings, lists and dicts into a JSON tree, a table of dtypes and
shapes, and the tensors' raw bytes; `unpack` is its inverse and believes nothing it reads.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from labs.grading.frames import FrameFault
from labs.grading.verdict import Fault

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
    )
}
MAX_TENSORS = 256
MAX_DIMENSIONS = 16
MAX_DEPTH = 32
MAX_BITS = 4096
"""Of an integer: Python reads none of more than some 4,300 digits."""


class Opaque:
    """Stands for a value that is not data; it equals nothing and passes no comparison."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __bool__(self) -> bool:
        raise TypeError(f"a {self.type_name} is no data, so it is neither true nor false")


def pack(value: object) -> tuple[dict[str, Any], bytes]:
    """`value` as a header part (`tree`, `tensors`) and a body. What is not data becomes an `Opaque`."""
    table: list[dict[str, Any]] = []
    bodies: list[bytes] = []

    def walk(node: object, depth: int) -> object:
        if depth > MAX_DEPTH:
            return _opaque(node)
        if isinstance(node, torch.Tensor):
            return _pack_tensor(node, table, bodies)
        if type(node) is int and node.bit_length() > MAX_BITS:
            return _opaque(node)
        if node is None or type(node) in (bool, int, float, str):
            return node
        if isinstance(node, list | tuple):
            return [walk(child, depth + 1) for child in node]
        if isinstance(node, dict) and all(type(k) is str and not k.startswith("$") for k in node):
            return {key: walk(child, depth + 1) for key, child in node.items()}
        return _opaque(node)

    return {"tree": walk(value, 0), "tensors": table}, b"".join(bodies)


def unpack(header: dict[str, Any], body: bytearray, device: str = "cpu") -> tuple[Any, set[str]]:
    """The value of `pack`, with tensors on `device`, and the device types that they came from.

    Raises FrameFault(PROTOCOL) for anything that `pack` does not write.
    """
    try:
        tensors, origins = _unpack_tensors(header["tensors"], body)
        value = _unpack_tree(header["tree"], [t.to(device) for t in tensors], 0)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, RuntimeError) as error:
        raise FrameFault(Fault.PROTOCOL, "a reply's tensors do not fit their description") from error
    return value, origins


def _pack_tensor(tensor: torch.Tensor, table: list[dict[str, Any]], bodies: list[bytes]) -> object:
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in DTYPES or tensor.layout is not torch.strided or len(table) >= MAX_TENSORS:
        return _opaque(tensor)
    table.append({"dtype": name, "shape": list(tensor.shape), "device": tensor.device.type})
    flat = tensor.detach().cpu().resolve_neg().contiguous().reshape(-1)
    bodies.append(flat.view(torch.uint8).numpy().tobytes())
    return {"$tensor": len(table) - 1}


def _unpack_tensors(table: Any, body: bytearray) -> tuple[list[torch.Tensor], set[str]]:
    if not isinstance(table, list) or len(table) > MAX_TENSORS:
        raise ValueError("too many tensors")
    tensors, origins, offset = [], set(), 0
    for entry in table:
        dtype, shape, origin = DTYPES[entry["dtype"]], entry["shape"], entry["device"]
        if len(shape) > MAX_DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("not a shape")
        if not isinstance(origin, str):
            raise ValueError("not a device")
        size = math.prod(shape) * dtype.itemsize
        if size > len(body) - offset:
            raise ValueError("a tensor is larger than the body")
        raw = torch.frombuffer(body, dtype=torch.uint8, count=size, offset=offset) if size else None
        tensors.append((torch.empty(0, dtype=dtype) if raw is None else raw.clone().view(dtype)).reshape(shape))
        origins.add(origin)
        offset += size
    if offset != len(body):
        raise ValueError("bytes are left over")
    return tensors, origins


def _unpack_tree(node: Any, tensors: list[torch.Tensor], depth: int) -> Any:
    if depth > MAX_DEPTH + 1:
        raise ValueError("nested too deeply")
    if isinstance(node, list):
        return [_unpack_tree(child, tensors, depth + 1) for child in node]
    if isinstance(node, dict):
        if "$tensor" in node:
            index = node["$tensor"]
            if type(index) is not int or index < 0:
                raise ValueError("not a tensor's number")
            return tensors[index]
        if "$object" in node:
            return Opaque(str(node["$object"])[:80])
        return {key: _unpack_tree(child, tensors, depth + 1) for key, child in node.items()}
    return node


def _opaque(node: object) -> dict[str, str]:
    return {"$object": type(node).__name__[:80]}
