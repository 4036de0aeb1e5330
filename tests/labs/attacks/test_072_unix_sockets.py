"""072: talk to another process of this machine by a Unix socket, named in a folder or nowhere. None can be made."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

HOSTILE = (
    TRY
    + """
import array, multiprocessing.connection, socket, struct
def talk(address, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as end:
        end.settimeout(0.2)
        end.connect(address)
        end.send(b"ropes-attack")
def bind(address):
    end = socket.socket(socket.AF_UNIX)
    end.bind(address)
    end.listen()
    return end
for address in ADDRESSES:
    raw = struct.pack("H", socket.AF_UNIX) + (address.encode() if isinstance(address, str) else address)
    attempt(talk, address)
    attempt(talk, address, socket.SOCK_DGRAM)
    attempt(talk, address, socket.SOCK_SEQPACKET)
    attempt(multiprocessing.connection.Client, address, "AF_UNIX")
    for fd in range(3, 16):
        attempt(libc, "connect", fd, raw, len(raw))
        attempt(libc, "bind", fd, raw, len(raw))
        attempt(libc, "sendto", fd, b"ropes-attack", 12, 0, raw, len(raw))
attempt(bind, b"\\0ropes-attack-072-left")
attempt(bind, "/tmp/ropes-attack-072-left")
attempt(bind, "")  # a name that the kernel chooses
attempt(socket.socketpair)
attempt(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)
"""
)


@pytest.fixture
def visitors(tmp_path: Path) -> Iterator[tuple[list[bytes | str], list[object]]]:
    """Addresses at which somebody listens, and who came."""
    addresses: list[bytes | str] = [f"\0ropes-listener-{os.getpid()}".encode(), str(tmp_path / "socket")]
    came: list[object] = []

    def welcome(server: socket.socket) -> None:
        while True:
            try:
                came.append(server.accept())
            except OSError:
                return

    with ExitStack() as stack:
        servers = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in addresses]
        threads = [threading.Thread(target=welcome, args=[server]) for server in servers]
        for server, address, thread in zip(servers, addresses, threads, strict=True):
            server.bind(address)
            server.listen()
            thread.start()
        os.chmod(tmp_path / "socket", 0o777)
        yield addresses, came
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_nobody_is_reached_and_nothing_is_left(attack, visitors):
    addresses, came = visitors
    verdict = attack(f"ADDRESSES = {addresses}\n" + HOSTILE, RIGHT_IF_DONE)
    fails(verdict)
    assert came == []
