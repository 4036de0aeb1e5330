"""What every attack is held to: an honest verdict, a caller that lives on, and nothing left over.

One file here is one attack, named after its number in our catalogue. It defines the hostile part of an answer and
puts it before a wrong and, where that makes sense, a right `double(x)`.
"""

from __future__ import annotations

import os
import py_compile
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.verdict import Fault, Outcome, Verdict
from tests.labs.attacks.loot import RIGHT_IF_FOUND, look_for
from tests.labs.attacks.naive import NaiveJudge
from tests.labs.conftest import SECRET, MakeLab, Processes
from tests.labs.toy import HIDDEN, MANIFEST, RIGHT
from tests.labs.zygotes import zygote_of

WRONG = "def double(x):\n    return 3 * x\n"
"""Right in dtype, in shape and as its own work; wrong in what counts."""

Attack = Callable[..., Verdict]
MARK = "ropes-attack"
"""In the name of every file and socket that an attack tries to leave behind: other tests have theirs."""
WATCHED = [Path("/dev/shm"), Path("/tmp"), Path("/var/tmp")]


@pytest.fixture(scope="session")
def target(make_lab: MakeLab) -> Lab:
    """The toy lab under limits of a second: an attack must not last."""
    limits = "seconds: 1, call_seconds: 1, memory_mib: 256"
    return make_lab(manifest=MANIFEST.replace("seconds: 30, call_seconds: 10, memory_mib: 256", limits))


@pytest.fixture(scope="session")
def attack(
    judge: Dispatcher,
    target: Lab,
    descendants: Callable[[int], Processes],
    eventually: Callable[[Callable[[], bool]], bool],
) -> Attack:
    """Grade an attack (bytes, or a source, dedented, followed by `answer`) and see that it left nothing behind."""

    ready: Lab | None = None

    def attack(
        hostile: str | bytes, answer: str = "", *, lab: Lab = target, seed: str | None = None, right: str = RIGHT
    ) -> Verdict:
        nonlocal ready
        if ready is not lab:  # as the last attack left it
            judge.grade(lab, right.encode())  # its judge server stands from here on
            ready = lab
        zygote = zygote_of(judge)
        assert eventually(lambda: _all_in_session(zygote.pid, descendants(zygote.pid)))
        servers = descendants(zygote.pid).keys()
        before = _traces(zygote.pid, lab)
        source = hostile if isinstance(hostile, bytes) else dedent(hostile).encode() + answer.encode()
        verdict = judge.grade(lab, source, seed=seed)
        assert zygote.poll() is None, "the attack ended the zygote"
        assert eventually(lambda: descendants(zygote.pid).keys() <= servers), "processes were left over"
        assert _traces(zygote.pid, lab) == before, "something was left over"
        assert judge.grade(lab, right.encode()).passed, "the next answer is judged wrongly"
        return verdict

    return attack


@pytest.fixture(scope="session")
def vault(make_lab: MakeLab) -> Lab:
    """The toy lab with hidden files that can be told by their first lines, and time to search for them."""
    reference = f'"""The reference, {secrets.token_hex(16)}."""\n'
    hidden = f'"""The hidden suite, {secrets.token_hex(16)}."""\n'
    manifest = MANIFEST.replace("seconds: 30, call_seconds: 10", "seconds: 60, call_seconds: 60")
    lab = make_lab(manifest=manifest, reference=reference + RIGHT, hidden=hidden + HIDDEN)
    for path in _hidden_files(lab):
        py_compile.compile(str(path), doraise=True)  # as a run of pytest by hand would leave it
    return lab


@pytest.fixture
def heist(attack: Attack, vault: Lab, tmp_path: Path) -> Callable[[str], Verdict]:
    """Grade a source that looks for secrets (see `loot`): its answer is right only if it found one."""

    def heist(hostile: str) -> Verdict:
        seed, theirs, other = secrets.token_hex(16), secrets.token_hex(16), tmp_path / "answer.py"
        other.write_text(f"# {theirs}\n{RIGHT}")
        clues = look_for(_hidden_files(vault), [seed, theirs, os.environ[SECRET]], [other])
        return attack(clues + hostile, RIGHT_IF_FOUND, lab=vault, seed=seed)

    return heist


@pytest.fixture(scope="session")
def naive() -> Iterator[NaiveJudge]:
    with NaiveJudge() as judge:
        yield judge


def fails(verdict: Verdict, *faults: Fault) -> None:
    """The verdict is an honest no: what counts did not pass, and exactly these faults are named."""
    assert not verdict.passed
    assert next(p for p in verdict.properties if p.name == "doubles").outcome is not Outcome.PASSED
    assert verdict.faults == sorted(faults)


def passes_or_is_flagged(verdict: Verdict) -> None:
    """A right answer is judged right, attack or not, unless a reviewer is told what it did."""
    assert verdict.passed or verdict.flags or verdict.faults


def _hidden_files(lab: Lab) -> list[Path]:
    return [lab.reference, *sorted((lab.folder / "hidden").glob("test_*.py"))]


def _all_in_session(session: int, pids: Iterable[int]) -> bool:
    """Whether only judge servers are there: the processes of a grading are in a session of their own, if not gone."""
    try:
        return all(os.getsid(pid) == session for pid in pids)
    except ProcessLookupError:
        return False


def _traces(zygote: int, lab: Lab) -> dict[str, object]:
    """What a grading could leave behind, beside processes: files, descriptors, sockets, kernel objects."""
    return {
        "files": [name for folder in WATCHED if folder.is_dir() for name in os.listdir(folder) if MARK in name],
        "lab": sorted(str(path) for path in lab.folder.rglob("*")),
        "descriptors of the zygote": len(os.listdir(f"/proc/{zygote}/fd")),
        "our descriptors": len(os.listdir("/proc/self/fd")),
        "abstract sockets": _abstract_sockets(),
        "kernel objects": [Path(f"/proc/sysvipc/{kind}").read_text() for kind in ("shm", "sem", "msg")],
    }


def _abstract_sockets() -> list[str]:
    lines = Path("/proc/net/unix").read_text(errors="replace").splitlines()
    return sorted(name for line in lines if (name := line.split()[-1]).startswith(f"@{MARK}"))
