"""071: send a datagram with what was seen, or ask a name server for it. No socket can be made to send from."""

import socket
from collections.abc import Iterator

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

HOSTILE = (
    TRY
    + """
import socket, struct
address = struct.pack("=HHI8x", socket.AF_INET, socket.htons(PORT), 0x0100007F)
def send(*kind):
    with socket.socket(*kind) as end:
        end.sendto(b"ropes-attack", ("127.0.0.1", PORT))
attempt(send, socket.AF_INET, socket.SOCK_DGRAM)
attempt(send, socket.AF_INET6, socket.SOCK_DGRAM)
attempt(send, socket.AF_INET, socket.SOCK_DGRAM, 136)  # UDP-Lite
attempt(send, socket.AF_INET, socket.SOCK_RAW, 17)
attempt(send, socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW)
attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW)
for name in ("ropes-attack.invalid", "localhost", socket.gethostname()):
    attempt(socket.getaddrinfo, name, 80)
    attempt(socket.gethostbyname, name)
attempt(libc, "res_query", b"ropes-attack.invalid", 1, 1, ctypes.create_string_buffer(512), 512)
for fd in range(3, 16):  # the only sending call that is left takes an address, too
    attempt(libc, "sendto", fd, b"ropes-attack", 12, 0, address, 16)
    attempt(libc, "sendto", fd, b"ropes-attack", 12, 0x20000000, address, 16)  # TCP_FASTOPEN
"""
)


@pytest.fixture
def letterbox() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", 0))
        end.setblocking(False)
        yield end


def test_nothing_arrives(attack, letterbox):
    verdict = attack(f"PORT = {letterbox.getsockname()[1]}\n" + HOSTILE, RIGHT_IF_DONE)
    fails(verdict)
    with pytest.raises(BlockingIOError):
        letterbox.recv(1)
