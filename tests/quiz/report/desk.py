"""A small bank, a small lab, a verdict, and a desk at which somebody works on them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        "mistakes": [{"en": "eps is added <too> late.", "zh": "eps 加得<太>晚。"}],
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
