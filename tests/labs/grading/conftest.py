"""A toy lab, written for the tests of the judge: `double(x)` returns 2x."""

from __future__ import annotations

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
  - {name: doubles, weight: 3, title: {en: doubles, zh: 加倍}, diagnosis: {en: Not twice the input., zh: 不是输入的两倍。}}
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
    """Write a lab into a folder of its own; keyword arguments replace parts of the toy lab (see `write_lab`)."""
    return lambda **changed: write_lab(tmp_path_factory.mktemp("labs"), **changed)


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
