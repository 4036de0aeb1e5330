"""Every screen: help, a way back, keys and mouse, and room enough on 80 by 24."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from quiz.records.store import EventKind
from tests.tui.driving import click_on, shown, type_text, until, until_shown
from tui.screens.calculator import CalculatorScreen
from tui.screens.filter import FilterScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.lab import LabScreen
from tui.screens.map import MapScreen
from tui.screens.quiz import QuizScreen
from tui.screens.report import ReportScreen
from tui.strings import say

WAY_TO = {
    HomeScreen: [],
    FilterScreen: ["f"],
    QuizScreen: ["enter"],
    LabScreen: ["tab", "enter"],
    MapScreen: ["m"],
    CalculatorScreen: ["k"],
    ReportScreen: ["r"],
}
EVERY_SCREEN = pytest.mark.parametrize("screen", WAY_TO)


async def go_to(pilot: Pilot, screen: type) -> None:
    await until_shown(pilot, "All questions")
    await pilot.press(*WAY_TO[screen])
    await until(pilot, lambda: type(pilot.app.screen) is screen and pilot.app.screen.query(FooterKey))


async def foot_line(pilot: Pilot) -> list[FooterKey]:
    """The keys in the foot line, once they are laid out."""

    def laid_out() -> bool:
        keys = pilot.app.screen.query(FooterKey)
        return {"f1", "f2"} <= {key.key for key in keys} and all(key.region.width for key in keys)

    await until(pilot, laid_out)
    return list(pilot.app.screen.query(FooterKey))


@EVERY_SCREEN
async def test_help_opens_and_closes_everywhere(app, screen):
    async with app.run_test(size=(100, 60)) as pilot:
        await go_to(pilot, screen)
        for key in ("f1", "question_mark"):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, HelpScreen))
            await until_shown(pilot, say(screen.HELP, app.language)[:40], "Keys that work here", "Help")
            await pilot.press(key)
            await until(pilot, lambda: type(app.screen) is screen)


@EVERY_SCREEN
async def test_escape_leads_home(app, screen):
    async with app.run_test(size=(80, 24)) as pilot:
        await go_to(pilot, screen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


@EVERY_SCREEN
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_every_key_of_the_foot_line_can_be_seen(app, screen, size):
    async with app.run_test(size=size) as pilot:
        await go_to(pilot, screen)
        for other_language in ("中文", "English"):
            await until_shown(pilot, other_language)
            for key in await foot_line(pilot):
                assert key.region.right <= size[0], key.description
            await pilot.press("f2")


async def test_the_editor_and_its_keys_fit_80_columns(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await go_to(pilot, LabScreen)
        await pilot.press("f3")
        for language in ("$EDITOR", "English"):
            await until_shown(pilot, language)
            assert all(key.region.right <= 80 for key in await foot_line(pilot))
            assert app.screen.query_one("#editor").region.width == 80
            await pilot.press("f2")


async def test_the_button_of_a_question_is_always_in_view(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await go_to(pilot, QuizScreen)
        for _ in app.desk.bank.entries():
            await until_shown(pilot, "Question 1 of 10", "Answer")
            button = app.screen.query_one("#go-on").region
            assert 0 <= button.y < 23
            await pilot.press("ctrl+n")


async def test_the_quiz_by_mouse_alone(app, records):
    async with app.run_test(size=(80, 24)) as pilot:
        await click_on(pilot, "All questions: start")
        await until_shown(pilot, "Which one is right?")
        await click_on(pilot, "( ) 2")
        await click_on(pilot, "( ) 3")
        await until_shown(pilot, "( ) 2", "(•) 3")
        await click_on(pilot, "   Answer")
        await until_shown(pilot, "Next question")
        (answered,) = records.events(records.latest_session().id, EventKind.ANSWERED)
        assert answered.item == "sample-single"
        # A button that was just clicked takes no click for a moment, so that a double click is one.
        await until(pilot, lambda: not app.screen.query_one("#go-on").has_class("-active"))
        await click_on(pilot, "Next question")
        await until_shown(pilot, "Which are right?")
        await foot_line(pilot)
        await click_on(pilot, "esc Back")
        await until_shown(pilot, "1 of 10 answered")


async def test_ordering_and_matching_by_mouse(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await go_to(pilot, QuizScreen)
        for prompt in ("Which one", "Which are", "How many"):
            await until_shown(pilot, prompt)
            await pilot.press("ctrl+n")
        await until_shown(pilot, "Put in order.", " 1. ", " 4. ")
        third = re.search(r" 3\. (\w+)", shown(pilot))[1]
        await click_on(pilot, f" 3. {third}")
        await until_shown(pilot, "↕ 3.")
        await click_on(pilot, " 1. ")
        await until_shown(pilot, f" 1. {third}")
        await pilot.press("ctrl+n")
        await until_shown(pilot, "Match.")
        await click_on(pilot, "[?] ZeRO")
        await click_on(pilot, " c.  ")
        await until_shown(pilot, "[c] ZeRO")


async def test_keys_can_be_remapped(app):
    async with app.run_test() as pilot:
        app.set_keymap({"home.report": "p"})
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))


async def test_the_report_is_written_where_it_says(app, tmp_path, monkeypatch, records):
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(150, 200)) as pilot:
        await go_to(pilot, QuizScreen)
        await pilot.press("ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n")
        await until_shown(pilot, "What does it print?")
        await type_text(pilot, "<b>[red]x")
        await pilot.press("enter")
        await until_shown(pilot, "✗ Not right")
        await pilot.press("escape", "r")
        await until_shown(pilot, "Scores by track", "<b>[red]x")
        await pilot.press("w")
        await until_shown(pilot, "Written to")
    (path,) = tmp_path.glob("ropes-report-*.html")
    html = path.read_text(encoding="utf-8")
    assert records.latest_session().id in html
    assert "&lt;b&gt;[red]x" in html


async def test_a_report_that_cannot_be_written_says_so(app, monkeypatch):
    monkeypatch.setattr("tui.screens.report.Path.cwd", lambda: Path("/gone"))
    async with app.run_test(size=(150, 40), notifications=True) as pilot:
        await go_to(pilot, ReportScreen)
        await pilot.press("w")
        await until_shown(pilot, "/gone/ropes-report-", "No such")


async def test_looking_away_and_coming_back_are_recorded(app, records):
    from textual.events import AppBlur, AppFocus

    async with app.run_test() as pilot:
        app.post_message(AppBlur())
        app.post_message(AppFocus())
        session = records.latest_session().id
        await until(pilot, lambda: len(records.events(session)) == 2)
        assert [event.kind for event in records.events(session)] == [EventKind.LEFT, EventKind.RETURNED]
