"""The wire between the judge and an answer: a bounded JSON header, then raw bytes. Never pickle.

A frame is two 32-bit lengths (header, body), the header as JSON, and the body. The reader bounds both lengths
before it allocates, has one deadline for the whole frame (a sender of one byte at a time gains nothing), and
turns everything that can go wrong into one `FrameFault` that names the fault.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

from labs.grading.verdict import Fault

_LENGTHS = struct.Struct(">II")
MAX_HEADER = 256 * 1024
MAX_BODY = 64 * 1024 * 1024


class FrameFault(Exception):
    """The other side timed out, went away or broke the protocol."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


def sendable(text: str) -> str:
    """`text` with halves of surrogate pairs written out: no frame carries them."""
    return text.encode(errors="backslashreplace").decode()


def send_frame(sock: socket.socket, header: dict[str, Any], body: bytes = b"", *, deadline: float) -> None:
    """Send one frame before `deadline` (a `time.monotonic` value). Raises FrameFault."""
    payload = json.dumps(header).encode()
    try:
        sock.settimeout(_remaining(deadline))
        sock.sendall(_LENGTHS.pack(len(payload), len(body)) + payload)
        sock.sendall(body)
    except TimeoutError as error:
        raise FrameFault(Fault.TIMEOUT, "the other side did not read in time") from error
    except OSError as error:
        raise FrameFault(Fault.CRASHED, "the other side has gone") from error


def receive_frame(
    sock: socket.socket, *, deadline: float, max_header: int = MAX_HEADER, max_body: int = MAX_BODY
) -> tuple[dict[str, Any], bytearray]:
    """Receive one frame before `deadline`. Raises FrameFault."""
    header_length, body_length = _LENGTHS.unpack(_receive(sock, _LENGTHS.size, deadline))
    if header_length > max_header or body_length > max_body:
        raise FrameFault(Fault.PROTOCOL, "a frame is larger than allowed")
    raw = _receive(sock, header_length, deadline)
    try:
        header = json.loads(raw)
        json.dumps(header, ensure_ascii=False).encode()  # half a surrogate pair could not be shown or stored
    except (ValueError, RecursionError) as error:
        raise FrameFault(Fault.PROTOCOL, "a frame's header is not JSON") from error
    if not isinstance(header, dict):
        raise FrameFault(Fault.PROTOCOL, "a frame's header is not an object")
    return header, _receive(sock, body_length, deadline)


def _receive(sock: socket.socket, count: int, deadline: float) -> bytearray:
    buffer = bytearray(count)
    view = memoryview(buffer)
    while view:
        try:
            sock.settimeout(_remaining(deadline))
            received = sock.recv_into(view)
        except TimeoutError as error:
            raise FrameFault(Fault.TIMEOUT, "no complete reply in time") from error
        except OSError as error:
            # A worker that dies with unread data gives ECONNRESET rather than the end of the stream.
            raise FrameFault(Fault.CRASHED, "the connection broke") from error
        if not received:
            raise FrameFault(Fault.CRASHED, "the other side ended")
        view = view[received:]
    return buffer


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining
