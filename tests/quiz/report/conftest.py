"""A small bank, a small lab and a session in which everything happened once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labs.grading.catalogue import find_lab
from labs.grading.content import Language
from quiz.bank.loader import Bank
from quiz.records.store import EventKind, Records, Session
from quiz.report.model import Report, build

LORA = """
title: {en: LoRA, zh: LoRA}
questions:
  - id: lora-start
    version: 2
    type: single
    level: core
    topics: [lora]
    prompt: {en: "What does LoRA's `B` start as?", zh: "LoRA 的 `B` 初始化为什么？"}
    options:
      - {key: a, correct: true, text: {en: "All **zeros**", zh: "**全零**"}}
      - key: b
        text: {en: "A Gaussian", zh: "高斯分布"}
        misconception: swapped
        feedback: {en: "That is `A`.", zh: "那是 `A`。"}
      - key: c
        text: {en: "The identity", zh: "单位阵"}
        misconception: identity
        feedback: {en: "It is not square.", zh: "它不是方阵。"}
    explanation: {en: "So that the first step starts from the base model.", zh: "这样训练从原模型出发。"}
    sources: &paper
      - {kind: paper, title: LoRA, url: "https://arxiv.org/abs/2106.09685", where: section 4.1}
  - id: why-low-rank
    version: 1
    type: open
    level: deep
    topics: [lora]
    prompt: {en: "Why does a low rank suffice?", zh: "为什么低秩就够？"}
    rubric:
      - {key: a, kind: required, text: {en: "low intrinsic rank", zh: "内在秩低"}, sources: *paper}
      - {key: b, kind: required, text: {en: "the update, not the weight", zh: "是增量而非权重"}, sources: *paper}
      - {key: c, kind: fatal, text: {en: "compresses W", zh: "压缩了 W"}, sources: *paper}
    model_answer: {en: "The *update* has a low rank.", zh: "权重的*增量*是低秩的。"}
    explanation: {en: "See the paper.", zh: "见论文。"}
    sources: *paper
"""
SHAPES = """
title: {en: Shapes, zh: 形状}
questions:
  - id: mean-keepdim
    version: 1
    type: trace
    level: warm-up
    topics: [shapes]
    prompt: {en: "What does this print?", zh: "这段代码输出什么？"}
    code: |
      x = torch.ones(2, 3)
      print(x.mean(-1, keepdim=True).shape)
    answer: torch.Size([2, 1])
    explanation: {en: "The dimension stays.", zh: "该维保留。"}
    sources:
      - {kind: documentation, title: torch.mean, url: "https://docs.pytorch.org/docs/stable/", where: mean}
"""
LAB = """
id: tiny-norm
title: {en: Tiny norm, zh: 小归一化}
level: warm-up
minutes: 10
public: &properties
  - name: right-result
    title: {en: computes the norm, zh: 计算正确}
    diagnosis: {en: The mean is missing., zh: 少了均值。}
hidden: *properties
hints: [{en: one, zh: 一}, {en: two, zh: 二}, {en: three, zh: 三}]
sources: [{kind: paper, title: RMSNorm, url: "https://arxiv.org/abs/1910.07467", where: section 4}]
"""
STARTER = "def norm(x):\n    raise NotImplementedError\n"
CODE = 'def norm(x):\n    return x / x.norm()  # 0 < 1 && "quoted"\n'


def verdict(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "lab": "tiny-norm",
        "lab_version": "0123456789ab",
        "suite": "hidden",
        "answer": "",
        "sha256": hashlib.sha256(code.encode("utf-8", "replace")).hexdigest(),
        "passed": False,
        "verified": False,
        "score": 2 / 3,
        "device": "cpu",
        "isolation": {"level": 2, "missing": ["user namespaces"]},
        "seed": "seed-4711",
        "seconds": 0.2,
        "properties": [
            _judged("right-result", "passed", 2.0),
            _judged("eps", "failed", 1.0, {"en": "eps stands outside the root.", "zh": "eps 在根号之外。"}),
            _judged("on-cuda", "not-verified-here", 1.0),
        ],
        "flags": ["line 2: exec"],
        "faults": ["raised"],
        **changes,
    }


def _judged(name: str, outcome: str, weight: float, diagnosis: Any = None) -> dict[str, Any]:
    title = {"en": f"title of {name}", "zh": f"{name} 的标题"}
    return {"name": name, "title": title, "outcome": outcome, "weight": weight, "diagnosis": diagnosis}


@dataclass(frozen=True)
class Desk:
    """Records, a bank and a catalogue of labs, all in one temporary folder."""

    folder: Path
    records: Records
    session: Session

    @property
    def bank(self) -> Bank:
        return Bank(self.folder / "questions")

    def did(self, kind: str, item: str = "", version: str = "1", **data: Any) -> None:
        self.records.record(self.session.id, EventKind(kind), item, version, data)

    def report(self, language: Language | None = None) -> Report:
        return build(self.records, self.bank, self.session.id, language, self.folder / "labs")


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


Hostile = Callable[[str], Desk]


@pytest.fixture
def hostile(desk: Desk, lab_version: str) -> Hostile:
    """A desk at which `payload` was typed into everything that can be typed into."""

    def fill(payload: str) -> Desk:
        desk.did("answered", "mean-keepdim", response={"output": payload}, score=0.0)
        desk.did("answered", "why-low-rank", response={"text": payload}, score=None)
        desk.did("answered", "lora-start", payload[:60], response={payload: [payload]}, score=0.0)
        desk.did("answered", "gone", response={"text": payload}, score=0.0)
        flags, faults = [f"line 1: {payload}"], ["crashed"]
        if not payload.isprintable():
            flags = [flags[0].encode("utf-8", "replace").decode()]
        judged = verdict(payload, flags=flags, faults=faults)
        desk.did("submitted", "tiny-norm", lab_version, code=payload, verdict=judged)
        return Desk(desk.folder, desk.records, desk.session)

    return fill
