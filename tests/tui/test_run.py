"""The app as a process: no terminal, no torch, and the real bank in it."""

from __future__ import annotations

import os
import subprocess
import sys

from labs.grading.content import Language
from quiz.bank.loader import Bank
from quiz.report.labels import label
from tests.tui.driving import until_shown

WITHOUT_TERMINAL = "from tui.app import run; raise SystemExit(run())"

ONE_ANSWER = """
import asyncio, sys, tempfile
from quiz.records.store import EventKind, Records
from tui.app import RopesApp
from quiz.bank.loader import Bank
from tests.tui.conftest import SAMPLE_BANK, FakeJudge
from tests.tui.driving import until, until_shown

async def main():
    with tempfile.TemporaryDirectory() as folder, Records.open(f"sqlite:///{folder}/records.sqlite3") as records:
        app = RopesApp(records, bank=Bank(SAMPLE_BANK), judge_factory=FakeJudge)
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shown(pilot, "Architecture")
            await pilot.press("enter")
            await until(pilot, lambda: app.screen.query(".answer"))
            await pilot.press("1", "enter")
            await until(pilot, lambda: records.events(records.latest_session().id, EventKind.ANSWERED))
            await pilot.press("escape", "r")
            await until_shown(pilot, "Scores by track")

asyncio.run(main())
print([name for name in ("torch", "transformers", "peft", "deepspeed") if name in sys.modules])
"""


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_terminal_one_sentence_and_exit_2(tmp_path):
    for language, word in (("en_GB.UTF-8", "terminal"), ("zh_CN.UTF-8", "终端")):
        ended = python(WITHOUT_TERMINAL, LC_ALL=language, PYTHONUTF8="1", ROPES_HOME=str(tmp_path / "home"))
        assert ended.returncode == 2
        assert ended.stdout == ""
        assert word in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "home").exists()


def test_answering_and_reporting_never_loads_torch():
    ended = python(ONE_ANSWER, LC_ALL="en_GB.UTF-8")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip().splitlines()[-1] == "[]"


async def test_every_type_of_the_real_bank_can_be_shown_in_both_languages(make_app):
    app = make_app(bank=Bank())
    kinds = {entry.question.type: entry for entry in app.desk.bank.entries()}
    assert len(kinds) == 10
    app.desk.pending = lambda *_: list(kinds.values())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        for number, entry in enumerate(kinds.values()):
            chinese = number % 2
            await until_shown(pilot, label(entry.question.type, Language.ZH if chinese else Language.EN))
            await pilot.press("f2")
            await until_shown(pilot, label(entry.question.type, Language.EN if chinese else Language.ZH))
            assert app.screen.query(".answer")
            await pilot.press("ctrl+n")
