"""The wire between the judge and an answer: what one side packs the other reads, and nothing else gets through."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.grading import frames
from labs.grading.frames import MAX_BODY, MAX_HEADER, Arena, FrameFault, Wire, sendable
from labs.grading.verdict import Fault, Outcome

Pair = tuple[socket.socket, socket.socket]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.fixture
def pair() -> Iterator[Pair]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def soon() -> float:
    return time.monotonic() + 5


@given(
    header=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=4),
    body=st.binary(max_size=4096),
)
def test_what_is_sent_is_received(header, body):
    left, right = socket.socketpair()
    with left, right:
        Wire(left).send(header, body, deadline=soon())
        assert Wire(right).receive(deadline=soon()) == (header, bytearray(body))


def test_frames_follow_each_other(pair: Pair):
    left, right = pair
    for n in range(3):
        Wire(left).send({"n": n}, bytes(n), deadline=soon())
    assert [Wire(right).receive(deadline=soon()) for _ in range(3)] == [({"n": n}, bytearray(n)) for n in range(3)]


def test_a_body_larger_than_the_sockets_buffer_arrives_whole(pair: Pair):
    left, right = pair
    body = bytes(range(256)) * 2**14
    sender = threading.Thread(target=Wire(left).send, args=({}, body), kwargs={"deadline": soon()})
    sender.start()
    assert Wire(right).receive(deadline=soon())[1] == body
    sender.join()


@given(data=st.binary(max_size=64))
def test_any_bytes_give_a_frame_or_a_typed_fault(data):
    left, right = socket.socketpair()
    with left, right:
        left.sendall(data)
        left.close()
        outcome: object
        try:
            outcome, _ = Wire(right).receive(deadline=soon())
        except FrameFault as fault:
            outcome = fault.fault
    assert isinstance(outcome, dict) or outcome in (Fault.PROTOCOL, Fault.CRASHED)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b"\xff\xff",
        b'{"a": "\\ud800"}',
        b'{"a": "\xed\xa0\x80"}',
        b"[" * 200_000,
        b"9" * 5000,
    ],
)
def test_a_header_that_is_no_json_object_breaks_the_protocol(pair: Pair, header):
    left, right = pair
    left.sendall(struct.pack(">II", len(header), 0))
    sender = threading.Thread(target=left.sendall, args=(header,))
    sender.start()
    with pytest.raises(FrameFault) as caught:
        Wire(right).receive(deadline=soon())
    sender.join()
    assert caught.value.fault is Fault.PROTOCOL


@pytest.mark.parametrize("lengths", [(MAX_HEADER + 1, 0), (2, MAX_BODY + 1), (2**32 - 1, 2**32 - 1)])
def test_lengths_are_bounded_before_anything_is_read(pair: Pair, lengths):
    left, right = pair
    left.sendall(struct.pack(">II", *lengths))
    with pytest.raises(FrameFault) as caught:
        Wire(right).receive(deadline=soon())
    assert caught.value.fault is Fault.PROTOCOL


@pytest.mark.parametrize("sent", [b"", b"\0", struct.pack(">II", 10, 0), struct.pack(">II", 2, 5) + b"{}abc"])
def test_a_sudden_end_is_a_crash(pair: Pair, sent):
    left, right = pair
    left.sendall(sent)
    left.close()
    with pytest.raises(FrameFault) as caught:
        Wire(right).receive(deadline=soon())
    assert caught.value.fault is Fault.CRASHED


def test_an_end_with_unread_data_is_a_crash(pair: Pair):
    left, right = pair
    right.sendall(b"unread")  # the kernel then resets the connection
    left.close()
    with pytest.raises(FrameFault) as caught:
        Wire(right).receive(deadline=soon())
    assert caught.value.fault is Fault.CRASHED
    with pytest.raises(FrameFault) as caught:
        Wire(right).send({}, bytes(2**20), deadline=soon())
    assert caught.value.fault is Fault.CRASHED


def test_a_byte_at_a_time_does_not_move_the_deadline(pair: Pair):
    left, right = pair
    stop = threading.Event()
    frame = struct.pack(">II", 2, 1000) + b"{}" + bytes(1000)

    def trickle() -> None:
        for byte in frame:
            left.sendall(bytes([byte]))
            if stop.wait(0.01):
                return

    sender = threading.Thread(target=trickle)
    sender.start()
    started = time.monotonic()
    with pytest.raises(FrameFault) as caught:
        Wire(right).receive(deadline=started + 0.2)
    stop.set()
    sender.join()
    assert caught.value.fault is Fault.TIMEOUT
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("deadline", [-1.0, 0.05])
def test_silence_is_a_timeout(pair: Pair, deadline):
    with pytest.raises(FrameFault) as caught:
        Wire(pair[1]).receive(deadline=time.monotonic() + deadline)
    assert caught.value.fault is Fault.TIMEOUT


def test_a_side_that_never_reads_is_a_timeout(pair: Pair):
    with pytest.raises(FrameFault) as caught:
        Wire(pair[0]).send({}, bytes(2**24), deadline=time.monotonic() + 0.1)
    assert caught.value.fault is Fault.TIMEOUT


@given(st.text(st.characters()))
def test_sendable_text_can_be_sent(text):
    assert json.loads(json.dumps(sendable(text)).encode()) == sendable(text)
    sendable(text).encode()
    if not any(0xD800 <= ord(c) < 0xE000 for c in text):
        assert sendable(text) == text


# -- the arena ----------------------------------------------------------------------------------------------

INLINE = 64
"""The limit of what goes by the socket, here."""
needs_sealed_memory = pytest.mark.skipif(not frames.make_arena(), reason="this system has no sealed memory")


@pytest.fixture
def arenas(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Arena, Arena]]:
    """Both ends of one arena."""
    monkeypatch.setattr(frames, "MAX_INLINE", INLINE)
    (fd,) = frames.make_arena()
    left, right = Arena(os.dup(fd)), Arena(fd)
    yield left, right
    left.close()
    right.close()


@needs_sealed_memory
@given(bodies=st.lists(st.binary(max_size=3 * INLINE), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_sent_by_either_way_is_received(arenas, bodies):
    left, right = socket.socketpair()
    with left, right:
        ends = Wire(left, arenas[0]), Wire(right, arenas[1])
        for n, body in enumerate(bodies):  # to and fro, as in a conversation
            sender, receiver = ends if n % 2 else reversed(ends)
            sender.send({"n": n}, body, deadline=soon())
            assert receiver.receive(deadline=soon()) == ({"n": n}, bytearray(body))


@needs_sealed_memory
@pytest.mark.parametrize(("length", "by_arena"), [(0, False), (INLINE, False), (INLINE + 1, True), (10 * INLINE, True)])
def test_long_bodies_go_by_the_arena_and_short_ones_by_the_socket(pair: Pair, arenas, length, by_arena):
    Wire(pair[0], arenas[0]).send({}, b"x" * length, deadline=soon())
    assert len(pair[1].recv(4096)) == 8 + len("{}") + (0 if by_arena else length)


@needs_sealed_memory
def test_the_largest_body_fits_and_a_larger_one_is_refused(pair: Pair, arenas):
    Wire(pair[0], arenas[0]).send({}, b"x" * MAX_BODY, deadline=soon())
    assert Wire(pair[1], arenas[1]).receive(deadline=soon())[1] == b"x" * MAX_BODY
    with pytest.raises(FrameFault):  # nobody reads it: it does not go by the arena
        Wire(pair[0], arenas[0]).send({}, bytes(MAX_BODY + 1), deadline=time.monotonic() + 0.1)
    with pytest.raises(FrameFault) as caught:
        Wire(pair[1], arenas[1]).receive(deadline=soon())
    assert caught.value.fault is Fault.PROTOCOL


@needs_sealed_memory
def test_a_body_is_no_longer_shared_once_it_was_read(pair: Pair, arenas):
    Wire(pair[0], arenas[0]).send({}, b"a" * 100, deadline=soon())
    body = Wire(pair[1], arenas[1]).receive(deadline=soon())[1]
    arenas[0].write(b"b" * 100)
    assert body == b"a" * 100


@needs_sealed_memory
@pytest.mark.parametrize("size", [0, MAX_BODY - 1, MAX_BODY + 1])
def test_the_size_of_an_arena_cannot_be_changed(size):
    (fd,) = frames.make_arena()
    with pytest.raises(PermissionError):
        os.ftruncate(fd, size)
    with pytest.raises(PermissionError):
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    os.close(fd)


def test_without_sealed_memory_there_is_no_arena(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert frames.make_arena() == []
    assert Arena.of([]) is None


LARGE = """
import torch
from labs.grading.suite import assert_close, judges

@judges("doubles")
def test_doubles(candidate, reference, draw):
    x = draw.integers(-9, 9, 2**21)  # 16 MiB
    assert_close(candidate.double(x), reference.double(x))

@judges("keeps-dtype")
def test_short_ones_between(candidate, draw):
    x = draw.normal(3)
    for _ in range(2):
        assert_close(candidate.double(x), x + x)
        assert candidate.double(x.repeat(2**17)).shape == (3 * 2**17,)

@judges("leaves-input")
def test_input(candidate, draw):
    x = draw.integers(0, 9, 2**17)
    assert_close(candidate.input_after(x), x)
"""


@pytest.mark.parametrize("with_arena", [True, False])
def test_large_tensors_make_the_round_trip(grade, make_lab, right, monkeypatch, with_arena):
    if not with_arena:
        monkeypatch.setattr(frames, "make_arena", list)
    lab = make_lab(hidden=LARGE)
    assert grade(right, lab=lab).passed
    wrong = grade("def double(x):\n    y = x + x\n    y[-1] += 1\n    return y", lab=lab)
    assert {p.name for p in wrong.properties if p.outcome is Outcome.FAILED} == {"doubles", "keeps-dtype"}
    assert wrong.faults == []
