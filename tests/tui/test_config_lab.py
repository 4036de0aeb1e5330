"""A lab whose answer is a config: the editor's line, no snippets, a judge that warms up for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from labs.grading.catalogue import Lab
from labs.grading.content import Track
from quiz.records.store import EventKind
from tests.tui.driving import shown, type_text, until, until_shown
from tui.widgets.editor import Editor
from tui.widgets.keybar import KeyBar

SAMPLE_LAB = Lab(Track.DEEPSPEED, Path(__file__).parent / "sample_lab" / "sample_config")


@pytest.fixture
def app(make_app):
    return make_app(labs=[SAMPLE_LAB])


async def open_lab(pilot: Pilot) -> None:
    await pilot.press("tab", "enter")
    await until_shown(pilot, "1 Brief", "A sample config")


async def edit(pilot: Pilot) -> None:
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(pilot.app.focused, Editor))


async def test_the_line_below_follows_what_is_typed(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        await until_shown(pilot, "A sample config · ds_config.json", '"enabled": false', "✓ Strict JSON")
        await pilot.press("down")
        await type_text(pilot, '"bf16": 1,')
        await until_shown(pilot, "✗ Line 2, `bf16`: This key stands at line 2 already")
        await pilot.press("enter", "up", "up")
        await until_shown(pilot, "✗ Line 3, `bf16`: This key stands at line 2 already")
        await pilot.press("end")
        await type_text(pilot, "//")
        await until_shown(pilot, "✗ Line 1: JSON has no comments")
        await pilot.press("f2")
        await until_shown(pilot, "✗ 第 1 行：JSON 不允许写注释")
        app.screen.query_one(Editor).text = "{}"
        await until_shown(pilot, "✓ JSON 格式无误")


async def test_what_a_key_holds_is_no_markup(app):
    async with app.run_test(size=(120, 24)) as pilot:
        await open_lab(pilot)
        app.screen.query_one(Editor).text = '{"[red]\\u001b[2J": 1,,'
        await until_shown(pilot, "`[red]⟨U+001B⟩[2J`")
        assert "\x1b" not in shown(pilot)


async def test_there_is_nothing_to_run_and_f7_says_why(app, judge, records):
    async with app.run_test(size=(120, 24), notifications=True) as pilot:
        await open_lab(pilot)
        await until(pilot, lambda: app.screen.query_one(KeyBar).query("FooterKey"))
        assert "3 Results" in shown(pilot)
        assert "4 Run" not in shown(pilot)
        assert "f7" not in {key.key for key in app.screen.query("FooterKey")}
        await edit(pilot)
        before = app.screen.query_one(Editor).selection
        await pilot.press("f7")
        await until_shown(pilot, "there is no code to run")
        assert app.screen.query_one(Editor).selection == before
        await pilot.press("escape", "4")
        await until_shown(pilot, "Write ds_config.json.")
        assert not judge.snippets
        assert not records.events(records.latest_session().id, EventKind.RAN)


async def test_the_judge_warms_up_for_the_lab_that_is_open(app, judge):
    judge.warmed.clear()
    judge.let_go.clear()
    async with app.run_test(size=(120, 24)) as pilot:
        await open_lab(pilot)
        await pilot.press("f6")
        await until_shown(pilot, "The judge is loading the libraries of this lab")
        judge.warmed.set()
        await until_shown(pilot, "Judging with the hidden suite")
        judge.let_go.set()
        await until_shown(pilot, "✗ Submitted: not passed", "bf16.enabled")
        assert judge.labs == ["sample-config"]


async def test_enter_goes_from_line_to_line_that_the_diagnoses_name(app, judge):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        app.screen.query_one(Editor).text = "{\n\n}\n"
        await pilot.press("f6")
        await until_shown(pilot, "✗ Submitted: not passed", "Line 2")
        for row in (1, 2, 1):
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.focused, Editor))
            await until(pilot, lambda row=row: app.screen.query_one(Editor).cursor_location == (row, 0))
            await pilot.press("f3")
            await until_shown(pilot, "✗ Submitted: not passed")


async def test_ones_own_editor_gets_a_json_file(app, monkeypatch):
    seen = []
    monkeypatch.setattr("tui.widgets.writing.edit", lambda app, text, suffix: seen.append(suffix) or '{"a": 1}')
    async with app.run_test(size=(80, 24)) as pilot:
        await open_lab(pilot)
        await edit(pilot)
        await pilot.press("f4")
        await until_shown(pilot, '{"a": 1}')
    assert seen == [".json"]
