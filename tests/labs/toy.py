"""A toy lab, written for the tests of the judge: `double(x)` returns 2x."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from labs.grading.catalogue import Lab
from labs.grading.content import Track

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
