"""Messages between the judge's own processes: JSON with file descriptors over a Unix stream socket.

Both ends are trusted. What an answer sends goes through `frames` instead, which trusts nothing.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

_LENGTH = struct.Struct(">I")
MAX_BYTES = 64 * 1024 * 1024


class ChannelClosed(ConnectionError):
    """The other end has gone."""


def send(sock: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message. The descriptors travel with its first byte. Raises OSError."""
    payload = json.dumps(message).encode()
    data = _LENGTH.pack(len(payload)) + payload
    sent = socket.send_fds(sock, [data], list(fds)) if fds else 0
    sock.sendall(data[sent:])


def receive(sock: socket.socket, max_fds: int = 0) -> tuple[dict[str, Any], list[int]]:
    """Wait for one message. Raises ChannelClosed at the end of the stream, TimeoutError at the socket's timeout."""
    head, fds, _, _ = socket.recv_fds(sock, _LENGTH.size, max_fds)
    head += read_exactly(sock, _LENGTH.size - len(head)) if head else b""
    if not head:
        raise ChannelClosed("the other end closed the channel")
    (length,) = _LENGTH.unpack(head)
    if length > MAX_BYTES:
        raise ChannelClosed(f"a message of {length} bytes is out of bounds")
    message: dict[str, Any] = json.loads(read_exactly(sock, length))
    return message, fds


def read_exactly(sock: socket.socket, count: int) -> bytes:
    """Exactly `count` bytes. Raises ChannelClosed if the stream ends before."""
    chunks = []
    while count:
        chunk = sock.recv(min(count, 1 << 20))
        if not chunk:
            raise ChannelClosed("the other end closed the channel in the middle of a message")
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)
