"""The wire between the judge and an answer: a bounded JSON header, then raw bytes. Never pickle.

A frame is two 32-bit lengths (header, body), the header as JSON, and the body, which lies in the shared arena where
it is longer than `MAX_INLINE`. The reader bounds both lengths before it allocates, has one deadline for the whole
frame (a sender of one byte at a time gains nothing), and turns everything that can go wrong into one `FrameFault`
that names the fault.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from labs.grading.verdict import Fault

_LENGTHS = struct.Struct(">II")
MAX_HEADER = 256 * 1024
MAX_BODY = 64 * 1024 * 1024
MAX_INLINE = 256 * 1024
"""A longer body goes by the arena: copying it costs less than a socket does."""


class FrameFault(Exception):
    """The other side timed out, went away or broke the protocol."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


def sendable(text: str) -> str:
    """`text` with halves of surrogate pairs written out: no frame carries them."""
    return text.encode(errors="backslashreplace").decode()


class Arena:
    """Memory that both ends of a wire share, of a fixed size: what is too large for the socket lies here.

    A memfd, sealed against any change of its size: a reader never meets pages that are gone. Its content is not
    to be trusted while the other side lives, so it is copied out first and looked at then.
    """

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, MAX_BODY)
        os.close(fd)

    @classmethod
    def of(cls, fds: Sequence[int]) -> Arena | None:
        """The arena of the only descriptor in `fds`; None where there is none."""
        return cls(fds[0]) if fds else None

    def write(self, body: bytes) -> None:
        self._memory[: len(body)] = body

    def read(self, length: int) -> bytearray:
        return bytearray(memoryview(self._memory)[:length])

    def close(self) -> None:
        self._memory.close()


def make_arena() -> list[int]:
    """The descriptor of a new arena; none where the system has no sealed memory, and bodies go by the socket."""
    if not hasattr(os, "memfd_create"):
        return []
    fd = os.memfd_create("arena", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, MAX_BODY)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return [fd]


class Wire:
    """One end of the conversation between a judge and an answer: a stream socket, and an arena if there is one."""

    def __init__(self, sock: socket.socket, arena: Arena | None = None) -> None:
        self._sock = sock
        self._arena = arena

    def send(self, header: dict[str, Any], body: bytes = b"", *, deadline: float) -> None:
        """Send one frame before `deadline` (a `time.monotonic` value). Raises FrameFault."""
        payload = json.dumps(header).encode()
        if arena := self._arena_for(len(body)):
            arena.write(body)
        try:
            self._sock.settimeout(_remaining(deadline))
            self._sock.sendall(_LENGTHS.pack(len(payload), len(body)) + payload)
            if not arena:
                self._sock.sendall(body)
        except TimeoutError as error:
            raise FrameFault(Fault.TIMEOUT, "the other side did not read in time") from error
        except OSError as error:
            raise FrameFault(Fault.CRASHED, "the other side has gone") from error

    def receive(self, *, deadline: float, max_body: int = MAX_BODY) -> tuple[dict[str, Any], bytearray]:
        """Receive one frame before `deadline`. Raises FrameFault."""
        header_length, body_length = _LENGTHS.unpack(self._read(_LENGTHS.size, deadline))
        if header_length > MAX_HEADER or body_length > max_body:
            raise FrameFault(Fault.PROTOCOL, "a frame is larger than allowed")
        header = _parse(self._read(header_length, deadline))
        if arena := self._arena_for(body_length):
            return header, arena.read(body_length)
        return header, self._read(body_length, deadline)

    def close(self) -> None:
        """Hang up. Twice does no harm."""
        self._sock.close()
        if self._arena:
            self._arena.close()

    def _arena_for(self, length: int) -> Arena | None:
        """Where a body of this length goes, if not by the socket. What fits nowhere is for the reader to refuse."""
        return self._arena if MAX_INLINE < length <= MAX_BODY else None

    def _read(self, count: int, deadline: float) -> bytearray:
        buffer = bytearray(count)
        view = memoryview(buffer)
        while view:
            try:
                self._sock.settimeout(_remaining(deadline))
                received = self._sock.recv_into(view)
            except TimeoutError as error:
                raise FrameFault(Fault.TIMEOUT, "no complete reply in time") from error
            except OSError as error:
                # A worker that dies with unread data gives ECONNRESET rather than the end of the stream.
                raise FrameFault(Fault.CRASHED, "the connection broke") from error
            if not received:
                raise FrameFault(Fault.CRASHED, "the other side ended")
            view = view[received:]
        return buffer


def _parse(raw: bytearray) -> dict[str, Any]:
    try:
        header = json.loads(raw)
        json.dumps(header, ensure_ascii=False).encode()  # half a surrogate pair could not be shown or stored
    except (ValueError, RecursionError) as error:
        raise FrameFault(Fault.PROTOCOL, "a frame's header is not JSON") from error
    if not isinstance(header, dict):
        raise FrameFault(Fault.PROTOCOL, "a frame's header is not an object")
    return header


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining
