"""What the tests of the judge share: a warm judge, a toy lab, a look at processes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.verdict import Verdict
from tests.labs.toy import FIND_SOCKET, MANIFEST, RIGHT, write_lab

SECRET = "ROPES_TEST_SECRET"
"""In the environment when the judge starts: no answer may see it."""

MakeLab = Callable[..., Lab]
Grade = Callable[..., Verdict]


@pytest.fixture(scope="session")
def judge() -> Iterator[Dispatcher]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "hunter2")
        with Dispatcher() as judge:
            judge.machine()
            yield judge


@pytest.fixture(scope="session")
def make_lab(tmp_path_factory: pytest.TempPathFactory) -> MakeLab:
    """Write a lab into a folder (`root`, or one of its own); other arguments replace parts of the toy lab."""

    def make_lab(root: Path | None = None, **changed: str) -> Lab:
        return write_lab(root or tmp_path_factory.mktemp("labs"), **changed)

    return make_lab


@pytest.fixture(scope="session")
def toy(make_lab: MakeLab) -> Lab:
    return make_lab()


@pytest.fixture(scope="session")
def hasty(make_lab: MakeLab) -> Lab:
    """The toy lab for answers that must run into a time limit."""
    return make_lab(manifest=MANIFEST.replace("seconds: 30, call_seconds: 10", "seconds: 20, call_seconds: 0.4"))


@pytest.fixture(scope="session")
def grade(judge: Dispatcher, toy: Lab) -> Grade:
    """Grade a source text (or bytes) by the toy lab's hidden suite, if nothing else is said."""

    def grade(answer: str | bytes, *, lab: Lab = toy, **options: str) -> Verdict:
        source = answer if isinstance(answer, bytes) else dedent(answer).encode()
        return judge.grade(lab, source, **options)

    return grade


@pytest.fixture(scope="session")
def right() -> str:
    return RIGHT


@pytest.fixture(scope="session")
def socket_finder() -> str:
    """Source with which an answer finds its socket (`sock`) and makes frames (`frame`)."""
    return FIND_SOCKET


Processes = dict[int, str]


@pytest.fixture(scope="session")
def descendants() -> Callable[[int], Processes]:
    """Pid and command line of every process below a pid."""
    return _descendants


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether a condition comes true within half a minute."""
    return _eventually


def _descendants(root: int) -> Processes:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, pending = {}, list(children.get(root, ()))
    while pending:
        pid = pending.pop()
        with contextlib.suppress(OSError):
            found[pid] = Path(f"/proc/{pid}/stat").read_text()
        pending += children.get(pid, ())
    return found


def _eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30  # a busy machine takes its time; nobody waits where all is well
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
