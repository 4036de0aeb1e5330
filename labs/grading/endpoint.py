"""Where the judge service of this user listens, and how it is started where it does not.

One service serves everything that a user runs with one installation. Its socket lies in a folder that only this
user may enter. A lock beside it is held while a client connects or a service leaves, so that no client ever finds a
service that is just going.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from labs.grading.verdict import JudgeFault

_LONGEST_PATH = 100  # of a Unix socket: 107 bytes on Linux, 103 on macOS
_BACKLOG = 64


def connect() -> socket.socket:
    """A connection to the service, which is started where none listens. Raises JudgeFault."""
    path = socket_path()
    try:
        with locked(path):
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                _start_service(path)
                sock.connect(str(path))  # it waits in the backlog until the service is up
            return sock
    except OSError as error:
        raise JudgeFault(f"the judge's socket {path} cannot be used: {error.strerror}; set TMPDIR elsewhere") from error


def socket_path() -> Path:
    """The socket of this user and this installation."""
    folder = _private_folder(Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent") / "ropes")
    return (folder or _private_folder_or_fault()) / f"judge-{_installation()}.sock"


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock beside a socket. Raises BlockingIOError where it is held and we shall not wait."""
    with open(path.with_name("judge.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _start_service(path: Path) -> None:
    """Listen in the place of a service that is only being started: nobody has to wait and to try."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener, open(path.with_suffix(".log"), "wb") as log:
        listener.bind(str(path))
        listener.listen(_BACKLOG)
        _started.append(
            subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "labs.grading.service", str(listener.fileno()), str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[listener.fileno()],
                cwd="/",
                start_new_session=True,  # an interrupt typed at the terminal is for the app
            )
        )
    _started[:] = [process for process in _started if process.poll() is None]


_started: list[subprocess.Popen[bytes]] = []
"""Kept until they have ended, so that they can be reaped."""


def _private_folder(folder: Path) -> Path | None:
    """`folder`, made where it is missing; None where it is not ours alone, or its path is too long for a socket."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
    return folder if private and len(os.fsencode(folder)) < _LONGEST_PATH - len("judge-123456789012.sock") else None


def _private_folder_or_fault() -> Path:
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  (a folder of our own in it)
        if folder := _private_folder(Path(parent) / f"ropes-{os.geteuid()}"):
            return folder
    raise JudgeFault(
        f"{tempfile.gettempdir()}/ropes-{os.geteuid()} is not a folder of yours alone; remove it or set TMPDIR"
    )


@cache
def _installation() -> str:
    """Tells installations and versions of the judge apart: a service never answers for other code than its own."""
    digest = hashlib.sha256(f"{sys.executable}\0{os.environ.get('CUDA_VISIBLE_DEVICES')}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]
