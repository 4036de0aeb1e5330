"""Reading an answer's file, which may be anything that a path can lead to."""

from __future__ import annotations

import errno
import os
import stat

MAX_ANSWER_BYTES = 1024 * 1024


class UnreadableAnswer(Exception):
    """Something is there, but it cannot be read as an answer. The message says what it is."""


def read_answer(path: str) -> bytes:
    """The bytes of a regular file of at most 1 MiB.

    Raises FileNotFoundError where nothing is there, UnreadableAnswer for folders, FIFOs, devices, links, files that
    are too large or may not be read. A FIFO never blocks: the file is opened before it is known what it is. A link
    is not followed: handed in by somebody else, it could lead to what they may not read, the reference among it.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {path!r}") from error
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ELOOP:
            raise UnreadableAnswer("a symbolic link, or too many on the way to it") from error
        raise UnreadableAnswer(getattr(error, "strerror", None) or str(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise UnreadableAnswer("not a regular file")
        with open(fd, "rb", closefd=False) as file:
            content = file.read(MAX_ANSWER_BYTES + 1) or b""  # None where a file of the kernel has nothing to say now
    except OSError as error:
        raise UnreadableAnswer(error.strerror or str(error)) from error
    finally:
        os.close(fd)
    if len(content) > MAX_ANSWER_BYTES:
        raise UnreadableAnswer("larger than 1 MiB")
    return content
