"""082: hand in something that is read without end, or never. Only a regular file is read, and at most 1 MiB of it."""

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from labs.grading.answers import MAX_ANSWER_BYTES, UnreadableAnswer, read_answer


@pytest.fixture(params=["nobody", "somebody silent", "somebody loud"])
def fifo(tmp_path: Path, request):
    """A FIFO that nobody writes to, that somebody holds open, or into which somebody pours."""
    path = tmp_path / "answer.py"
    os.mkfifo(path)
    fd = -1 if request.param == "nobody" else os.open(path, os.O_RDWR | os.O_NONBLOCK)
    if request.param == "somebody loud":
        os.write(fd, b"#" * 65536)
    yield path
    os.closerange(fd, fd + 1) if fd >= 0 else None


def refuse(path: object, why: str) -> None:
    """Read in a thread, so that a hole shows as a failure and not as a test that never ends."""
    raised: list[BaseException] = []

    def read() -> None:
        try:
            read_answer(str(path))
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=5)
    assert not thread.is_alive(), "it is still being read"
    assert [type(error) for error in raised] == [UnreadableAnswer]
    assert why in str(raised[0])


def test_a_fifo(fifo: Path):
    refuse(fifo, "not a regular file")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/random", "/dev/full", "/dev/null", "/dev/tty", "/dev", "."])
def test_devices_and_folders(path):
    refuse(path, "")


def test_a_socket(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "answer.py"))
        refuse(tmp_path / "answer.py", "No such device or address")


def test_a_file_of_a_tebibyte_that_takes_no_room(tmp_path: Path):
    path = tmp_path / "answer.py"
    with path.open("wb") as file:
        file.truncate(2**40)
    refuse(path, "larger than 1 MiB")
    with path.open("r+b") as file:
        file.truncate(MAX_ANSWER_BYTES)
    assert len(read_answer(str(path))) == MAX_ANSWER_BYTES


@pytest.mark.parametrize("path", ["/proc/self/mem", "/proc/self/pagemap", "/proc/kpageflags"])
def test_files_of_the_kernel_that_have_no_end(path):
    if not os.access(path, os.R_OK):
        pytest.skip("not on this machine")
    refuse(path, "")


def test_a_file_that_grows_while_it_is_read(tmp_path: Path):
    path = tmp_path / "answer.py"
    path.write_bytes(b"#" * 2**19)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not stop.is_set() and file.tell() < 2**26:
                file.write(b"#" * 2**16)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for _ in range(20):
            with suppress(UnreadableAnswer):  # larger than 1 MiB by now
                assert len(read_answer(str(path))) <= MAX_ANSWER_BYTES
    finally:
        stop.set()
        writer.join()
