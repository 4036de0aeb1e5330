"""A private bank in the app and in reports: asked, harmless, its broken files named."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from labs.grading.content import Language
from quiz.bank.banks import Banks
from quiz.records.store import EventKind
from quiz.report.html import render_html
from quiz.report.model import build
from quiz.report.terminal import print_report
from tests.tui.driving import shown, until, until_shown
from tui.screens.quiz import QuizScreen

HOSTILE = (
    "[bold red]x[/] [@click=app.quit]go[/] <script>alert(1)</script> <img src=x onerror=alert(1)> "
    "[j](javascript:alert(1)) ![p](https://evil.example/p.png) \x1b[2J\x1b]8;;https://evil.example\x1b\\ \x9b1m \u202e"
)
ACTING = {"\x1b", "\x9b", "\x07", "\u202e", "\0"}


def said(text: str) -> dict[str, str]:
    return {"en": f"{text} {HOSTILE}", "zh": f"{text} {HOSTILE}"}


SINGLE = {
    "type": "single",
    "options": [{"key": "a", "text": said("Right"), "correct": True}]
    + [{"key": k, "text": said("Wrong"), "misconception": "m", "feedback": said("No")} for k in "bc"],
}
LOG = SINGLE | {"type": "log-diagnosis", "log": f"log {HOSTILE}"}
TRACE = {"type": "trace", "code": f"print('''{HOSTILE}''')", "answer": f"out {HOSTILE}"}
CLOZE = {"type": "cloze", "text": said("A {{1}}"), "gaps": {"1": {"accept": [f"x {HOSTILE}"]}}}
MATCHING = {
    "type": "matching",
    "pairs": [{"key": k, "left": said("Left"), "right": said(f"Right {k}")} for k in "abc"],
}
QUESTIONS = [SINGLE, LOG, TRACE, CLOZE, MATCHING]


def write(root: Path, *questions: dict) -> Path:
    source = {"kind": "paper", "title": HOSTILE, "url": "https://evil.example/\">'<script>", "where": HOSTILE}
    common = {"version": 1, "level": "core", "topics": ["t"], "sources": [source]}
    written = [
        common | {"id": f"q-{n}", "prompt": said("Asked"), "explanation": said("Why")} | question
        for n, question in enumerate(questions)
    ]
    path = root / "outlook" / "hostile.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump({"title": said("Title"), "questions": written}), encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROPES_HOME", str(tmp_path / "home"))


@pytest.fixture
def nothing_of_ours(tmp_path: Path) -> Path:
    (tmp_path / "ours").mkdir()
    return tmp_path / "ours"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["type"])
@pytest.mark.parametrize("language", Language)
async def test_the_quiz_shows_hostile_texts_and_does_nothing(
    make_app, records, tmp_path: Path, nothing_of_ours: Path, question: dict, language: Language
):
    bank = Banks([write(tmp_path / "acme", question)], nothing_of_ours)
    app = make_app(bank=bank, start="quiz", language=language)
    async with app.run_test(size=(200, 60)) as pilot:
        await until_shown(pilot, "Asked", "[bold red]x[/]", "⟨U+001B⟩[2J")
        assert not ACTING & set(shown(pilot))
        assert isinstance(pilot.app.screen, QuizScreen)
        if question["type"] == "single":
            await pilot.press("1", "enter")
            await until_shown(pilot, "Why")
            assert not ACTING & set(shown(pilot))
            assert app.desk.journal.of("acme.q-0", EventKind.ANSWERED)
        assert app.is_running


@pytest.mark.parametrize("language", Language)
def test_reports_show_hostile_texts_and_do_nothing(records, tmp_path: Path, nothing_of_ours: Path, language: Language):
    bank = Banks([write(tmp_path / "acme", *QUESTIONS)], nothing_of_ours)
    session = records.start_session(language, "Reader")
    for n, response in enumerate([{"choice": "b"}, {"choice": "a"}, {"output": "x"}, {"gaps": {"1": "x"}}]):
        data = {"response": response, "score": 0.0}
        records.record(session.id, EventKind.ANSWERED, f"acme.q-{n}", "1", data)
    report = build(records, bank, session.id, language)
    assert [question.standing for question in report.questions] == ["current"] * 4
    document = render_html(report)
    tags = Tags(document)
    assert not tags.names & {"script", "iframe", "img", "object", "form", "base"}
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert not [link for link in tags.links if not link.startswith("https://")]
    assert not ACTING & set(document)
    console = Console(file=io.StringIO(), width=100, color_system=None)
    print_report(report, console)
    printed = console.file.getvalue()
    assert "[bold red]x[/]" in printed
    assert not ACTING & set(printed)


class Tags(HTMLParser):
    def __init__(self, document: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name in ("href", "src")}


@pytest.mark.parametrize("language", Language)
async def test_the_app_starts_without_a_broken_file_and_names_it(
    make_app, tmp_path: Path, nothing_of_ours: Path, language: Language
):
    root = write(tmp_path / "acme", SINGLE)
    (root / "outlook" / "broken.yaml").write_text('title: "\\e[31m"', encoding="utf-8")
    app = make_app(bank=Banks([root], nothing_of_ours), language=language)
    async with app.run_test(size=(200, 60), notifications=True) as pilot:
        await until_shown(pilot, {"en": "is left out", "zh": "未载入"}[language])
        (told,) = app._notifications
        assert "broken.yaml" in told.message
        assert len(app.desk.pending()) == 1
        await until(pilot, lambda: app.is_running)
