"""A toy lab, written for the tests of the judge: `double(x)` returns 2x."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from labs.grading.catalogue import Lab
from labs.grading.client import Judge
from labs.grading.content import Track
from labs.grading.verdict import Verdict

MANIFEST = """
id: toy
title: {en: Doubling, zh: 加倍}
level: warm-up
minutes: 5
forbidden: [rms_norm, nn.RMSNorm]
limits: {seconds: 30, call_seconds: 10, memory_mib: 256}
public:
  - {name: doubles, title: {en: doubles, zh: 加倍}, diagnosis: {en: Not twice the input., zh: 不是输入的两倍。}}
hidden:
  - name: doubles
    weight: 3
    title: {en: doubles, zh: 加倍}
    diagnosis: {en: Not twice the input., zh: 不是输入的两倍。}
  - {name: keeps-dtype, title: {en: dtype, zh: 类型}, diagnosis: {en: Another dtype., zh: 类型变了。}}
  - {name: leaves-input, self_reported: true, title: {en: input, zh: 输入}, diagnosis: {en: Changed., zh: 输入被改。}}
  - {name: own-work, title: {en: own, zh: 自己}, diagnosis: {en: Not yours., zh: 不是自己的。}}
hints: [{en: a, zh: 甲}, {en: b, zh: 乙}, {en: c, zh: 丙}]
sources: [{kind: paper, title: Doubling, url: "https://example.org/double", where: "1"}]
"""
HARNESS = """
def double(answer, x):
    return answer.double(x)

def input_after(answer, x):
    answer.double(x)
    return x
"""
PUBLIC = """
import torch
from labs.grading.suite import assert_close, judges

@judges("doubles")
def test_doubles(candidate):
    assert_close(candidate.double(torch.tensor([1.0, 2.0])), torch.tensor([2.0, 4.0]))
"""
HIDDEN = """
import pytest, torch
from labs.grading.suite import assert_close, judges

@judges("doubles")
@pytest.mark.parametrize("shape", [(3,), (2, 5)])
def test_doubles(candidate, reference, draw, shape):
    x = draw.normal(*shape)
    assert_close(candidate.double(x), reference.double(x))

@judges("keeps-dtype")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64])
def test_dtype(candidate, reference, draw, dtype):
    x = draw.uniform(1, 9, 7, dtype=dtype)
    assert_close(candidate.double(x), reference.double(x))

@judges("leaves-input")
def test_input(candidate, draw):
    x = draw.normal(4)
    assert_close(candidate.input_after(x), x)
"""
FIND_SOCKET = """
import json, os, stat, struct
def is_socket(fd):
    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError: return False
sock = next(fd for fd in range(3, 64) if is_socket(fd))
def frame(header, body=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">II", len(raw), len(body)) + raw + body
"""
RIGHT = "def double(x):\n    return x + x\n"


SECRET = "ROPES_TEST_SECRET"
"""In the environment when the judge starts: no answer may see it."""

MakeLab = Callable[..., Lab]
Grade = Callable[..., Verdict]


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "hunter2")
        with Judge(device="cpu") as judge:
            judge.wait_until_warm()
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
def grade(judge: Judge, toy: Lab) -> Grade:
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


def write_lab(root: Path, **changed: str) -> Lab:
    """The toy lab under `root`; `manifest`, `harness`, `public`, `hidden` and `reference` replace its parts."""
    parts = {
        "lab.yaml": ("manifest", MANIFEST),
        "harness.py": ("harness", HARNESS),
        "public/test_public.py": ("public", PUBLIC),
        "hidden/test_hidden.py": ("hidden", HIDDEN),
        "hidden/reference.py": ("reference", RIGHT),
    }
    assert changed.keys() <= {part for part, _ in parts.values()}
    folder = root / "architecture" / "toy"
    for name, (part, content) in parts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(changed.get(part, content)), encoding="utf-8")
    return Lab(Track.ARCHITECTURE, folder)


Processes = dict[int, str]


@pytest.fixture(scope="session")
def descendants() -> Callable[[int], Processes]:
    """Pid and command line of every process below a pid."""
    return _descendants


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether a condition comes true within ten seconds."""
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
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
