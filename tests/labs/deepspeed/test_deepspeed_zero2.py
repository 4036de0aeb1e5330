"""The reference of the lab `deepspeed-zero2` and the words that its failures come with."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from labs.grading.catalogue import find_lab
from labs.grading.client import Judge

pytest.importorskip("deepspeed")

LAB = find_lab("deepspeed-zero2")
PYTHON_WORDS = re.compile(r"Error|Traceback|None|<class|attribute|argument|instance|Errno")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(device="cpu") as judge:
        yield judge


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("deepspeed_zero2_harness", LAB.harness)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_says_what_the_task_asks() -> None:
    config = json.loads(LAB.reference.read_text())
    assert config["train_batch_size"] == 256
    assert config["train_micro_batch_size_per_gpu"] * config["gradient_accumulation_steps"] * 8 == 256
    assert config["zero_optimization"]["stage"] == 2


@pytest.mark.parametrize("path", LAB.mutants, ids=lambda path: path.stem)
def test_problems_speak_of_the_file_and_not_of_python(harness: ModuleType, path: Path) -> None:
    answer = path.read_text()
    replies = [
        *(find(answer) for find in (harness.strict_json, harness.unknown_keys, harness.autos, harness.effective)),
        harness.train(answer, torch.ones(4), torch.ones(8, 4, 4)),
    ]
    for problem in (problem for reply in replies for problem in reply["problems"]):
        assert not PYTHON_WORDS.search(problem["en"])
        assert problem["line"] > 0 or problem["key"] == ""


def diagnoses(judge: Judge, answer: bytes) -> dict[str, str]:
    verdict = judge.grade(LAB, answer)
    assert verdict.faults == []
    return {p.name: p.diagnosis.en for p in verdict.properties if p.diagnosis is not None}


@pytest.mark.parametrize(
    ("old", "new", "name", "says"),
    [
        ('"lr": 2e-5', '"lr": "2e-5"', "optimizer", "Line 20, `optimizer.params.lr`"),
        ('"gradient_clipping"', '"gradient_cliping"', "known-keys", "Line 26, `gradient_cliping`"),
        ('"stage": 2,', '"stage": 2, "stage": 2,', "strict-json", "Line 9, `zero_optimization.stage`"),
        ('"eps": 1e-5', '"eps": "auto"', "no-auto", "Line 22, `optimizer.params.eps`"),
        ('"type": "AdamW"', '"type": "\\ud800"', "strict-json", "half of a character"),
        ('"type": "AdamW"', '"type": "`[red]\\u0000"', "optimizer", "The optimizer is"),
        ('"eps": 1e-5', '"eps": 1e-5, "`[red]\\u0000": {"$tensor": 0}', "known-keys", "no such key"),
        ('"eps": 1e-5', '"eps": 1e-5, "amsgrad": {"$tensor": 0}', "optimizer", "another Adam"),
    ],
)
def test_the_message_stands_at_the_key(judge: Judge, old: str, new: str, name: str, says: str) -> None:
    text = LAB.reference.read_text()
    assert old in text
    assert says in diagnoses(judge, text.replace(old, new).encode())[name]


HOSTILE: dict[str, Any] = {
    "nothing": b"",
    "a list": b"[]",
    "no object": b"null",
    "brackets": b"[" * 100_000,
    "objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "digits": b'{"train_batch_size": ' + b"9" * 100_000 + b"}",
    "keys": json.dumps({"zero_optimization": {f"k{i}": {"auto": "auto"} for i in range(20_000)}}).encode(),
    "accumulation": b'{"train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 1000000000}',
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_configuration_fails_without_ado(judge: Judge, answer: bytes) -> None:
    verdict = judge.grade(LAB, answer)
    assert not verdict.passed
    assert verdict.faults == []
    assert verdict.seconds < 10
