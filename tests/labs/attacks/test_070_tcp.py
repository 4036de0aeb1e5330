"""070: connect to somebody, or be connected to. No socket can be made, and its network has no way out."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

HOSTILE = (
    TRY
    + """
import array, socket, struct, urllib.request
import torch, torch.distributed as dist
address = struct.pack("=HHI8x", socket.AF_INET, socket.htons(PORT), 0x0100007F)
number = {"x86_64": 41, "aarch64": 198}
def connect(end):
    with end:
        end.settimeout(0.2)
        end.connect(("127.0.0.1", PORT))
        end.send(b"ropes-attack")
def listen(family, address):
    with socket.socket(family) as end:
        end.bind(address)
        end.listen()
def own():
    for fd in range(3, 16):
        try: yield socket.socket(socket.AF_INET, fileno=os.dup(fd))
        except OSError: continue
attempt(lambda: connect(socket.socket()))
attempt(lambda: connect(socket.socket(socket.AF_INET6)))
attempt(lambda: connect(socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)))  # MPTCP
attempt(lambda: connect(socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET, 132)))  # SCTP
attempt(lambda: connect(socket.socket(43)))  # SMC
attempt(socket.create_connection, ("127.0.0.1", PORT), 0.2)
attempt(urllib.request.urlopen, f"http://127.0.0.1:{PORT}/ropes-attack", timeout=0.2)
attempt(listen, socket.AF_INET, ("127.0.0.1", 0))
attempt(listen, socket.AF_INET6, ("::1", 0))
attempt(libc, "socket", 2, 1, 0)
attempt(syscall, number, 2, 1, 0)
for end in own():
    attempt(connect, end)
    attempt(libc, "connect", end.fileno(), address, 16)
    attempt(libc, "listen", end.fileno(), 1)
    attempt(libc, "accept", end.fileno(), 0, 0)
"""
)
STORE = """
from datetime import timedelta
attempt(dist.TCPStore, "127.0.0.1", PORT, is_master=False, timeout=timedelta(seconds=0.2))
"""


@pytest.fixture
def visitors() -> Iterator[tuple[int, list[object]]]:
    """A port at which somebody listens, and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def welcome() -> None:
            while True:
                try:
                    came.append(server.accept())
                except OSError:
                    return

        thread = threading.Thread(target=welcome)
        thread.start()
        yield server.getsockname()[1], came
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("more", ["", STORE], ids=["by python", "by torch"])
def test_nobody_is_reached(attack, visitors, more):
    port, came = visitors
    verdict = attack(f"PORT = {port}\n" + HOSTILE + more, RIGHT_IF_DONE)
    fails(verdict)
    assert came == []
