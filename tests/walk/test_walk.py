"""The walk works, and the transcript that the README shows is the walk of today."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from quiz.bank.schema import QUESTION_TYPES
from quiz.records.store import EventKind, Records
from tests.walk.record import transcript
from tests.walk.walk import Walk

RECORDED = Path(__file__).parents[2] / "docs" / "walk.md"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


def test_the_walk_from_home_to_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    walk = Walk(tmp_path)
    scenes = list(walk.scenes())
    with Records.open(f"sqlite:///{walk.home / 'records.sqlite3'}") as records:
        session = records.latest_session()
        assert session is not None
        answers = records.events(session.id, EventKind.ANSWERED)
        submissions = records.events(session.id, EventKind.SUBMITTED)
    assert len(answers) == len(QUESTION_TYPES)
    assert {event.data["score"] for event in answers} == {1.0, None}  # None: a person marks an open question
    passed = [(event.item, event.data["verdict"]["passed"]) for event in submissions]
    labs = ("rmsnorm", "rope", "lora-layer", "deepspeed-zero2")
    assert passed == [("rmsnorm", False), *((lab, True) for lab in labs)]
    (report,) = tmp_path.glob("ropes-report-*.html")
    assert all(event.item in report.read_text(encoding="utf-8") for event in submissions)
    assert headings(transcript(scenes)) == headings(RECORDED.read_text(encoding="utf-8")), "run `make walk`"


def headings(markdown: str) -> list[str]:
    """What was done in each scene; which question of a type comes first, and when, depends on the bank."""
    return sorted(
        re.sub(r"## \d+\. |: [a-z0-9-]+$", "", line) for line in markdown.splitlines() if line.startswith("## ")
    )
