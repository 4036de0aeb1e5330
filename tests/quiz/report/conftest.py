"""A session in which everything happened once, and one in which everything typed was hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labs.grading.catalogue import find_lab
from quiz.records.store import Records
from tests.quiz.report.desk import CODE, LAB, LORA, SHAPES, STARTER, Desk, verdict

Hostile = Callable[[str], Desk]
"""Types its argument into everything that can be typed into."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    def write(path: str, content: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")

    write("questions/peft/lora.yaml", LORA)
    write("questions/architecture/shapes.yaml", SHAPES)
    write("labs/architecture/tiny_norm/lab.yaml", LAB)
    write("labs/architecture/tiny_norm/starter.py", STARTER)
    for name in ("harness.py", "public/test_public.py", "hidden/test_hidden.py", "hidden/reference.py"):
        write(f"labs/architecture/tiny_norm/{name}", "")
    with Records.open(f"sqlite:///{tmp_path}/records.sqlite3") as records:
        yield Desk(tmp_path, records, records.start_session("en", "Reader"))


@pytest.fixture
def lab_version(desk: Desk) -> str:
    return find_lab("tiny-norm", desk.folder / "labs").version


@pytest.fixture
def full(desk: Desk, lab_version: str) -> Desk:
    """A desk at which two closed questions, an open one and a lab were done."""
    desk.did("shown", "lora-start", "2")
    desk.did("answered", "lora-start", "2", response={"choice": "b"}, score=0.0)
    desk.did("answered", "lora-start", "2", response={"choice": "a"}, score=1.0)
    desk.did("shown", "mean-keepdim")
    desk.did("answered", "mean-keepdim", response={"output": "(2,)"}, score=0.0)
    desk.did("shown", "why-low-rank")
    desk.did("answered", "why-low-rank", response={"text": "The update is of low rank."}, score=None)
    desk.did("self-marked", "why-low-rank", points={"a": True, "b": False})
    desk.did("shown", "tiny-norm", lab_version)
    desk.did("hint-taken", "tiny-norm", lab_version, hint=1)
    desk.did("hint-taken", "tiny-norm", lab_version, hint=1)
    desk.did("hint-taken", "tiny-norm", lab_version, hint=2)
    desk.did("changed", "tiny-norm", lab_version, code="def norm(x): pass\n")
    desk.did("ran", "tiny-norm", lab_version, snippet="norm(1)")
    desk.did("checked", "tiny-norm", lab_version, code=CODE, verdict=verdict(CODE, suite="public"))
    desk.did("submitted", "tiny-norm", lab_version, code="old", verdict=verdict("old", score=0.0))
    desk.did("submitted", "tiny-norm", lab_version, code=CODE, verdict=verdict(CODE))
    desk.did("finished")
    return desk


@pytest.fixture
def hostile(desk: Desk, lab_version: str) -> Hostile:
    """A desk at which `payload` was typed into everything that can be typed into."""

    def fill(payload: str) -> Desk:
        printable = "".join(filter(str.isprintable, payload))
        desk.did("answered", "mean-keepdim", response={"output": payload}, score=0.0)
        desk.did("answered", "why-low-rank", response={"text": payload}, score=None)
        desk.did("answered", "lora-start", printable[:60], response={payload: [payload]}, score=0.0)
        desk.did("answered", "gone", response={"text": payload}, score=0.0)
        flag = f"line 1: {payload}".encode("utf-8", "replace").decode()
        judged = verdict(payload, flags=[flag], faults=["crashed"])
        desk.did("submitted", "tiny-norm", lab_version, code=payload, verdict=judged)
        return desk

    return fill
