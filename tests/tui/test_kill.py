"""Killing the app at any moment loses nothing that was answered: the real app, on a real terminal, by SIGKILL."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from quiz.bank.loader import Bank
from quiz.records.store import EventKind, Records

COMMAND = "from tui.app import run; raise SystemExit(run(start='quiz'))"
SEVERAL = 3


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def start(home: Path) -> Iterator[Callable[[], pexpect.spawn]]:
    environment = {**os.environ, "ROPES_HOME": str(home), "LC_ALL": "en_GB.UTF-8", "TERM": "xterm-256color"}
    environment.pop("ROPES_DATABASE_URL", None)
    started: list[pexpect.spawn] = []

    def spawn() -> pexpect.spawn:
        app = pexpect.spawn(
            sys.executable, ["-c", COMMAND], env=environment, dimensions=(24, 80), encoding="utf-8", timeout=30
        )
        started.append(app)
        return app

    yield spawn
    for app in started:
        app.close(force=True)


def until(condition: Callable[[], object], app: pexpect.spawn, seconds: float = 30) -> None:
    """Poll `condition`, and read what the app writes, so that it never waits for its terminal."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        try:
            app.read_nonblocking(65536, timeout=0.02)
        except pexpect.TIMEOUT:
            continue


def test_every_answer_survives_sigkill(start, home):
    questions = {entry.question.id: entry.question for entry in Bank().entries()}
    app = start()
    app.expect("Question 1 of")
    with Records.open(f"sqlite:///{home}/records.sqlite3") as records:
        session = records.latest_session().id
        answered: list[str] = []
        while len(answered) < SEVERAL:
            shown = _latest_shown(records, session, app, but=answered)
            if questions[shown].type not in ("single", "multiple", "log-diagnosis", "trace"):
                app.send("\x0e")  # Ctrl+N: the question goes behind the others
                until(lambda shown=shown: _shown(records, session)[-1] != shown, app)
                continue
            app.send("1")
            app.send("\r")
            answered.append(shown)
            until(lambda: len(records.events(session, EventKind.ANSWERED)) == len(answered), app)
            if len(answered) < SEVERAL:
                app.expect("Next question")
                app.send("n")
        app.kill(signal.SIGKILL)
        app.wait()
        assert app.signalstatus == signal.SIGKILL
        events = records.events(session, EventKind.ANSWERED)
        assert [event.item for event in events] == answered
        assert all(event.data["score"] is not None for event in events)

    again = start()
    again.expect(f"Question {SEVERAL + 1} of {len(questions)}")
    with Records.open(f"sqlite:///{home}/records.sqlite3") as records:
        assert records.latest_session().id == session
        assert [event.item for event in records.events(session, EventKind.ANSWERED)] == answered
    again.send("\x11")  # Ctrl+Q
    again.expect(pexpect.EOF)
    again.wait()
    assert again.exitstatus == 0


def _shown(records: Records, session: str) -> list[str]:
    return [event.item for event in records.events(session, EventKind.SHOWN)]


def _latest_shown(records: Records, session: str, app: pexpect.spawn, but: list[str]) -> str:
    """The question on the screen, once it is no longer one that was answered."""
    until(lambda: _shown(records, session) and _shown(records, session)[-1] not in but, app)
    return _shown(records, session)[-1]
