"""073: reach the host of a virtual machine. Landlock knows nothing of such sockets; seccomp refuses every family."""

from tests.labs.attacks.conftest import fails
from tests.labs.attacks.tools import RIGHT_IF_DONE, TRY

HOSTILE = (
    TRY
    + """
import socket
HOST, HYPERVISOR, LOCAL, ANY = 2, 0, 1, 0xFFFFFFFF
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    attempt(socket.socket, 40, kind)  # AF_VSOCK
    attempt(socket.socketpair, 40, kind)
    attempt(libc, "socket", 40, kind, 0)
    attempt(syscall, {"x86_64": 41, "aarch64": 198}, 40, kind, 0)
def talk(cid):
    with socket.socket(40, socket.SOCK_STREAM) as end:
        end.settimeout(0.1)
        end.connect((cid, 1024))
for cid in (HOST, HYPERVISOR, LOCAL):
    attempt(talk, cid)
attempt(lambda: socket.socket(40, socket.SOCK_STREAM).bind((ANY, 4711)))
for path in ("/dev/vsock", "/dev/vhost-vsock", "/dev/kvm", "/dev/vport0p1", "/dev/hvc0", "/dev/ttyS0"):
    attempt(os.open, path, os.O_RDWR)
    attempt(os.open, path, os.O_RDONLY)
for family in range(64):
    attempt(socket.socket, family, socket.SOCK_RAW)
    attempt(socket.socket, family, socket.SOCK_STREAM)
"""
)


def test_no_socket_of_any_family_can_be_made(attack):
    fails(attack(HOSTILE, RIGHT_IF_DONE))
