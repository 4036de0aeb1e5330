"""Values on the wire: exact there and back, and nothing believed."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.frames import FrameFault
from labs.grading.tensors import DTYPES, MAX_DEPTH, MAX_TENSORS, Opaque, pack, unpack
from labs.grading.verdict import Fault

SHAPES = st.lists(st.integers(0, 4), max_size=4)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """Of every dtype, any bytes (NaN of every payload, too), 0-d, empty, and not contiguous."""
    dtype = draw(st.sampled_from(sorted(DTYPES)))
    shape = draw(SHAPES)
    count = math.prod(shape)
    if dtype == "bool":
        tensor = torch.tensor(draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=torch.bool)
    else:
        size = count * DTYPES[dtype].itemsize
        raw = bytearray(draw(st.binary(min_size=size, max_size=size)))
        tensor = torch.frombuffer(raw, dtype=DTYPES[dtype]) if size else torch.empty(0, dtype=DTYPES[dtype])
    tensor = tensor.reshape(shape)
    return tensor.transpose(0, -1) if tensor.dim() > 1 and draw(st.booleans()) else tensor


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | tensors(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text().filter(lambda key: not key.startswith("$")), inner, max_size=4)
    ),
    max_leaves=10,
)


def same(a: object, b: object) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        bits = [t.contiguous().reshape(-1).view(torch.uint8) for t in (a, b)]
        return a.dtype == b.dtype and a.shape == b.shape and torch.equal(*bits)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and (a == b or repr(a) == repr(b) == "nan")


@given(VALUES)
def test_there_and_back(value):
    header, body = pack(value)
    back, origins = unpack(header, bytearray(body))
    assert same(value, back)
    assert origins <= {"cpu"}


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(12).reshape(3, 4)[:, ::2],
        torch.ones(1).expand(3, 4),
        torch.randn(3, requires_grad=True),
        torch.nn.Parameter(torch.ones(2)),
        torch._neg_view(torch.ones(3)),
        torch.complex(torch.ones(3), torch.ones(3)).conj().imag,
    ],
    ids=["strided", "expanded", "requires-grad", "parameter", "negative", "conjugate"],
)
def test_a_tensor_arrives_as_plain_memory(tensor):
    header, body = pack(tensor)
    back, _ = unpack(header, bytearray(body))
    assert type(back) is torch.Tensor
    assert back.is_contiguous()
    assert not back.requires_grad
    assert torch.equal(back, tensor.detach())


def test_tensors_do_not_share_memory_on_arrival():
    x = torch.ones(3)
    header, body = pack([x, x])
    (a, b), _ = unpack(header, bytearray(body))
    a.zero_()
    assert torch.equal(b, x)


def test_tuples_arrive_as_lists():
    header, body = pack((1, (2.0, "x")))
    assert unpack(header, bytearray(body))[0] == [1, [2.0, "x"]]


class Hostile:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__
    __hash__ = None  # type: ignore[assignment]


class Int(int):
    pass


CYCLE: list[object] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "value",
    [
        Hostile(),
        Int(3),
        b"bytes",
        {1: 2},
        {"$tensor": 0},
        {"$object": "x"},
        {1, 2},
        1j,
        torch.float32,
        torch.ones(3).to_sparse(),
        torch.ones(3, dtype=torch.complex64),
        torch.ones(2).numpy(),
        len,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_data_arrives_as_opaque(value):
    header, body = pack([value, 1])
    (back, one), _ = unpack(header, bytearray(body))
    assert isinstance(back, Opaque)
    assert back.type_name == type(value).__name__
    assert one == 1
    assert back != 1
    with pytest.raises(TypeError):
        bool(back)


def test_depth_and_number_are_bounded():
    header, body = pack(CYCLE)
    back, _ = unpack(header, bytearray(body))
    depth = 0
    while isinstance(back, list):
        (back,), depth = back, depth + 1
    assert isinstance(back, Opaque)
    assert depth == MAX_DEPTH + 1
    header, body = pack([torch.ones(1)] * (MAX_TENSORS + 1))
    back, _ = unpack(header, bytearray(body))
    assert [isinstance(v, Opaque) for v in back] == [False] * MAX_TENSORS + [True]


def one(**changed: object) -> dict[str, object]:
    return {"dtype": "float32", "shape": [2], "device": "cpu", **changed}


def deep(levels: int, kind: str) -> object:
    value: object = 0
    for _ in range(levels):
        value = [value] if kind == "list" else {"a": value}
    return value


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({}, b""),
        ({"tree": 0}, b""),
        ({"tensors": []}, b""),
        ({"tree": 0, "tensors": None}, b""),
        ({"tree": 0, "tensors": {}}, b""),
        ({"tree": 0, "tensors": [1]}, b""),
        ({"tree": 0, "tensors": ["float32"]}, b""),
        ({"tree": 0, "tensors": [one(dtype="float99")]}, bytes(8)),
        ({"tree": 0, "tensors": [one(dtype=[])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=2)]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape="2")]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape={})]}, bytes(4)),
        ({"tree": 0, "tensors": [one(shape=[2.0])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[True, 2])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[-2])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[-1, -2])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[2**62])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[2**400])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[0, 2**400])]}, b""),
        ({"tree": 0, "tensors": [one(shape=[1] * 17)]}, bytes(4)),
        ({"tree": 0, "tensors": [one(shape=[3])]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[1])]}, bytes(8)),
        ({"tree": 0, "tensors": []}, b"x"),
        ({"tree": 0, "tensors": [one(device=1)]}, bytes(8)),
        ({"tree": 0, "tensors": [one(device={})]}, bytes(8)),
        ({"tree": 0, "tensors": [{"dtype": "float32", "shape": [2]}]}, bytes(8)),
        ({"tree": 0, "tensors": [one(shape=[0])] * (MAX_TENSORS + 1)}, b""),
        ({"tree": {"$tensor": 0}, "tensors": []}, b""),
        ({"tree": {"$tensor": 1}, "tensors": [one()]}, bytes(8)),
        ({"tree": {"$tensor": -1}, "tensors": [one()]}, bytes(8)),
        ({"tree": {"$tensor": True}, "tensors": [one()]}, bytes(8)),
        ({"tree": {"$tensor": "0"}, "tensors": [one()]}, bytes(8)),
        ({"tree": deep(50, "list"), "tensors": []}, b""),
        ({"tree": deep(50, "dict"), "tensors": []}, b""),
    ],
)
def test_a_hostile_header_breaks_the_protocol(header, body):
    with pytest.raises(FrameFault) as caught:
        unpack(header, bytearray(body))
    assert caught.value.fault is Fault.PROTOCOL


ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from([*sorted(DTYPES), "float99", ""]) | st.none() | st.integers(),
        "shape": st.lists(st.integers(-2, 5) | st.integers() | st.none(), max_size=3) | st.text() | st.none(),
        "device": st.sampled_from(["cpu", "cuda", "meta", ""]) | st.none(),
    }
)
TREE = st.recursive(
    st.none() | st.integers() | st.builds(lambda n: {"$tensor": n}, st.integers(-1, 3) | st.text(max_size=2)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$tensor", "$object", "a"]), inner),
    max_leaves=5,
)


@given(tree=TREE, table=st.lists(ENTRY, max_size=3), body=st.binary(max_size=64))
def test_any_header_gives_a_value_or_a_typed_fault(tree, table, body):
    fault = Fault.PROTOCOL
    try:
        unpack({"tree": tree, "tensors": table}, bytearray(body))
    except FrameFault as error:
        fault = error.fault
    assert fault is Fault.PROTOCOL
