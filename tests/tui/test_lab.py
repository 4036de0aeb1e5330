"""The lab's edges: hostile output, a failing judge, leaving early, one's own editor."""

from __future__ import annotations

import sys
from contextlib import nullcontext

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from labs.grading.verdict import Fault, RunOutput
from quiz.records.store import EventKind
from tests.tui.conftest import RIGHT
from tests.tui.driving import shown, type_text, until, until_shown
from tui.screens.home import HomeScreen
from tui.widgets.editor import Editor

HOSTILE = "[bold red]boom[/] \x1b]0;title\x07\x1b[2J [@click=app.quit]x[/] \u202e"


async def open_lab(pilot: Pilot) -> None:
    await pilot.press("tab", "enter")
    await until_shown(pilot, "1 Brief", "RMSNorm")


async def edit(pilot: Pilot) -> None:
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(pilot.app.focused, Editor))


async def run_snippet(pilot: Pilot, snippet: str) -> None:
    await pilot.press("f7")
    await until(pilot, lambda: isinstance(pilot.app.focused, Input))
    await type_text(pilot, snippet)
    await pilot.press("enter")


async def test_what_an_answer_prints_is_shown_and_never_obeyed(app, judge, records):
    judge.output = RunOutput(
        output=HOSTILE,
        value=HOSTILE,
        traceback=["answer.py:3 in f: [red]x", HOSTILE],
        fault=Fault.RAISED,
        truncated=True,
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await run_snippet(pilot, "[b]f(x)")
        await until_shown(pilot, "It raised an exception", "Traceback", "answer.py:3 in f: [red]x", "(shortened)")
        screen = shown(pilot)
        assert screen.count("[bold red]boom[/]") == 3
        assert not {"\x1b", "\x07", "\u202e"} & set(screen)
        assert judge.snippets == ["[b]f(x)"]
        session = records.latest_session().id
        await until(pilot, lambda: records.events(session, EventKind.RAN))
        assert records.events(session, EventKind.RAN)[0].data == {"snippet": "[b]f(x)"}


async def test_a_fault_of_the_judge_is_one_sentence_and_no_verdict(app, judge, records):
    judge.fault = "The sandbox [i]cannot[/i] start; run `ropes doctor`."
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await open_lab(pilot)
        await pilot.press("f6")
        await until_shown(pilot, "The judge failed", "[i]cannot[/i]", "ropes doctor")
        await run_snippet(pilot, "1")
        await until_shown(pilot, "The judge failed")
        judge.fault = None
        await pilot.press("f6")
        await until_shown(pilot, "✗ Submitted")
        session = records.latest_session().id
        await until(pilot, lambda: records.events(session, EventKind.SUBMITTED))
        assert len(records.events(session, EventKind.SUBMITTED)) == 1


async def test_waiting_is_shown_and_a_second_request_is_turned_away(app, judge, records):
    judge.let_go.clear()
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await open_lab(pilot)
        await pilot.press("f5")
        await until_shown(pilot, "Checking with the public suite")
        await pilot.press("f6")
        await until_shown(pilot, "The last one is still running")
        judge.let_go.set()
        await until_shown(pilot, "✗ Public suite")


async def test_a_verdict_is_recorded_even_if_one_has_left(app, judge, records):
    judge.let_go.clear()
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await open_lab(pilot)
        await pilot.press("f6")
        await until_shown(pilot, "Judging with the hidden suite")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        judge.let_go.set()
        session = records.latest_session().id
        await until(pilot, lambda: records.events(session, EventKind.SUBMITTED))


async def test_typing_is_saved_by_itself_and_found_again(make_app, records):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        await type_text(pilot, "# one\n")
        session = records.latest_session().id
        await until(pilot, lambda: records.events(session, EventKind.CHANGED))
        await type_text(pilot, "# two\n")
        await pilot.press("ctrl+q")
    assert records.events(session, EventKind.CHANGED)[-1].data["code"].startswith("# one\n# two\n")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        assert pilot.app.screen.query_one(Editor).text.startswith("# one\n# two\n")
        assert len(records.events(session, EventKind.CHANGED)) <= 3


async def test_hints_come_one_at_a_time_and_stay_taken(make_app, records):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        for number in (1, 2):
            await pilot.press("f8")
            await until_shown(pilot, f"Hint {number} of 3")
    async with make_app().run_test(size=(120, 60)) as pilot:
        await open_lab(pilot)
        await pilot.press("2")
        await until_shown(pilot, "Hint 1 of 3", "Hint 2 of 3", "Show the next hint")
        await pilot.press("f8", "f8")
        await until_shown(pilot, "Hint 3 of 3")
        await until(pilot, lambda: "Show the next hint" not in shown(pilot))
        session = records.latest_session().id
        await until(pilot, lambda: len(records.events(session, EventKind.HINT_TAKEN)) == 3)
        assert [e.data["hint"] for e in records.events(session, EventKind.HINT_TAKEN)] == [1, 2, 3]


@pytest.fixture
def editor_command(monkeypatch: pytest.MonkeyPatch):
    """Lets a Python one-liner over `path` be the person's editor; the headless terminal cannot step aside."""
    monkeypatch.setattr(App, "suspend", lambda self: nullcontext())
    monkeypatch.delenv("VISUAL", raising=False)

    def use(code: str) -> None:
        program = f"import sys, pathlib; path = pathlib.Path(sys.argv[1]); {code}"
        monkeypatch.setenv("EDITOR", f"{sys.executable} -c '{program}'")

    return use


async def test_ones_own_editor_writes_the_answer(app, editor_command, records):
    editor_command(f'path.write_text("{RIGHT}\\n" + path.read_text())')
    async with app.run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        await pilot.press("f4")
        await until_shown(pilot, RIGHT)
        await pilot.press("f6")
        await until_shown(pilot, "✓ Submitted: passed")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("path.write_bytes(bytes([255]))", "is not UTF-8"),
        ("path.write_text(600_000 * chr(120))", "larger than 256 KiB"),
    ],
)
async def test_a_failing_editor_changes_nothing(app, editor_command, code, sentence):
    editor_command(code)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        before = app.screen.query_one(Editor).text
        await pilot.press("f4")
        await until_shown(pilot, sentence)
        assert app.screen.query_one(Editor).text == before


async def test_an_editor_that_is_not_there_is_named(app, editor_command, monkeypatch):
    editor_command("")
    monkeypatch.setenv("EDITOR", "no-such-editor-[b]")
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        await pilot.press("f4")
        await until_shown(pilot, "no-such-editor-[b]")


async def test_an_answer_beyond_all_bounds_is_neither_saved_nor_judged(app, records):
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await open_lab(pilot)
        app.screen.query_one(Editor).text = "x" * 300_000
        await pilot.press("f5")
        await until_shown(pilot, "larger than 256 KiB")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    session = records.latest_session().id
    assert not records.events(session, EventKind.CHANGED)
    assert not records.events(session, EventKind.CHECKED)


async def test_the_judge_is_closed_with_the_app(app, judge):
    async with app.run_test() as pilot:
        await until(pilot, lambda: judge.warm)
        assert not judge.closed
    assert judge.closed
