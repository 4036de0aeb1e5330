"""The index saves parsing and never lies: a changed file is read anew, a spoilt cache is made anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from quiz.bank import loader
from quiz.bank.index import Index, cache_folder
from quiz.bank.loader import Bank


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ROPES_HOME", str(folder))
    return folder


def forbid_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "read_model", None)


def test_the_second_time_nothing_is_parsed(root: Path, monkeypatch):
    first = Bank(root).entries()
    forbid_parsing(monkeypatch)
    assert Bank(root).entries() == first
    assert [entry.id for entry in Bank(root).search("BF16")] == [
        entry.id for entry in first if entry.summary.says("bf16")
    ]


def test_a_question_is_read_when_it_is_looked_at(root: Path):
    Bank(root).entries()
    for entry in Bank(root).entries():
        assert (entry.question.id, entry.question.type, entry.question.level) == (
            entry.id,
            entry.summary.type,
            entry.summary.level,
        )


def test_a_changed_file_is_read_anew(root: Path):
    Bank(root).entries()
    topic = root / "peft" / "sample.yaml"
    topic.write_text(topic.read_text(encoding="utf-8").replace("id: pick-one", "id: pick-another"), encoding="utf-8")
    assert "pick-another" in {entry.id for entry in Bank(root).entries()}


def test_a_file_that_has_gone_is_forgotten(root: Path):
    (root / "peft" / "sample.yaml").rename(root / "peft" / "other.yaml")
    Bank(root).entries()
    (root / "peft" / "other.yaml").unlink()
    assert Bank(root).entries() == []


SPOILT = [
    "",
    "[]",
    "null",
    '{"format": 1}',
    '{"format": 0, "files": {}}',
    '{"format": 1, "files": {"x": [[1, 2], [[1]]]}}',
]


@pytest.mark.parametrize("content", SPOILT)
def test_a_spoilt_cache_is_made_anew(root: Path, content: str):
    first = Bank(root).entries()
    (kept,) = cache_folder().iterdir()
    kept.write_text(content)
    assert Bank(root).entries() == first
    assert json.loads(kept.read_text())["files"]


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self").exists(), reason="needs a folder nobody can write to")
def test_without_a_cache_it_only_takes_longer(root: Path, monkeypatch):
    monkeypatch.setenv("ROPES_HOME", "/proc/self/nothing")
    assert Bank(root).entries() == Bank(root).entries() != []


def test_banks_in_different_places_do_not_share(root: Path, tmp_path: Path):
    assert Index(root)._path != Index(tmp_path / "elsewhere")._path
