"""The next question that varies is asked with numbers of its own, once the sandbox has computed its key."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from textual.widgets import Input

from quiz.bank.loader import Bank
from quiz.bank.variants import drawn
from quiz.records.store import EventKind
from quiz.report.question_part import question_part
from tests.tui.driving import type_text, until, until_shown


def text(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def question(name: str) -> dict[str, object]:
    return {
        "id": name,
        "version": 1,
        "type": "numeric",
        "level": "core",
        "topics": ["lora"],
        "prompt": text("What does rank ${rank} give?", "秩 ${rank} 得到多少？"),
        "explanation": text("It gives ${answer}.", "得到 ${answer}。"),
        "answer": 2,
        "derive": {"function": "ranks.twice", "params": {"rank": 1}, "vary": {"rank": [1, *range(100, 200)]}},
        "pitfalls": [
            {"misconception": "half", "function": "ranks.half", "value": 0.5, "feedback": text("Half!", "减半了！")}
        ],
        "sources": [{"kind": "paper", "title": "t", "url": "https://example.org/t", "where": "1"}],
    }


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    folder = tmp_path / "bank" / "peft"
    folder.mkdir(parents=True)
    topic = {"title": text("Ranks", "秩"), "questions": [question("first"), question("second")]}
    (folder / "ranks.yaml").write_text(yaml.safe_dump(topic, allow_unicode=True), encoding="utf-8")
    (folder / "ranks.py").write_text("def twice(*, rank): return 2 * rank\ndef half(*, rank): return rank / 2\n")
    return Bank(folder.parent)


async def answer(pilot, number: str) -> None:
    await until(pilot, lambda: isinstance(pilot.app.focused, Input))
    await type_text(pilot, number)
    await pilot.press("enter")


async def test_the_second_question_has_numbers_of_its_own(make_app, judge, bank: Bank):
    judge.evaluated = "[420.0, 42.0]"
    app = make_app(bank=bank)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "What does rank 1 give?")
        await until(pilot, lambda: "second" in app.screen._fresh)
        await answer(pilot, "0.5")
        await until_shown(pilot, "Half!")
        rank = drawn(bank.entries()[1].template, app.desk.journal.session.id)["rank"]
        await pilot.press("enter")
        await until_shown(pilot, f"What does rank {rank} give?")
        await answer(pilot, "420")
        await until_shown(pilot, "It gives 420.")
        await until(pilot, lambda: app.desk.journal.of("second", EventKind.ANSWERED))
    part = question_part(bank.find("second"), app.desk.journal.of("second", *EventKind), "en")
    assert part.prompt == f"What does rank {rank} give?"
    assert part.key.text == "420"
    assert part.automatic_score == 1.0


@pytest.mark.parametrize("fault", [None, "the judge was closed"])
async def test_without_the_sandbox_the_stored_numbers_are_asked(make_app, judge, bank: Bank, fault):
    judge.fault = fault
    app = make_app(bank=bank)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        for _ in bank.entries():
            await until_shown(pilot, "What does rank 1 give?")
            await answer(pilot, "2")
            await until_shown(pilot, "It gives 2.")
            await pilot.press("enter")
        await until_shown(pilot, "2")
