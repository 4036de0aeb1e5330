"""Looking for the smallest input on which one's answer and the reference differ."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from labs.grading.content import Text
from labs.grading.difference import Difference
from labs.grading.verdict import Fault
from quiz.records.store import EventKind
from tests.tui.conftest import RIGHT
from tests.tui.driving import shown, type_text, until, until_shown
from tests.tui.test_config_lab import SAMPLE_LAB
from tui.screens.home import HomeScreen
from tui.widgets.editor import Editor

FOUND = Difference(
    function="forward",
    arguments={"x": "float16 (1,) [300]", "weight": "None"},
    answer="float16 (1,) [0]",
    reference="float16 (1,) [1]",
    alone=True,
)
HOSTILE = "[bold red]boom[/] \x1b]0;title\x07\x1b[2J [@click=app.quit]x[/] \u202e"
SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 60)])


async def open_lab(pilot: Pilot) -> None:
    await pilot.press("tab", "enter")
    await until_shown(pilot, "1 Brief", "RMSNorm")


async def fail(pilot: Pilot, key: str = "f6") -> None:
    await open_lab(pilot)
    await pilot.press(key)
    await until_shown(pilot, "✗", "f9 Compare")


@SIZES
async def test_after_a_verdict_that_did_not_pass_it_is_found_and_shown(app, judge, size):
    judge.difference = FOUND
    async with app.run_test(size=size) as pilot:
        await fail(pilot)
        await pilot.press("f9")
        await until_shown(
            pilot, "The smallest input found", "forward", "x", "float16 (1,) [300]", "Your answer", "float16 (1,) [1]"
        )
        await pilot.press("f2")
        await until_shown(pilot, "结果不同的最小输入", "你的答案", "参考实现", "float16 (1,) [0]")


async def test_the_key_is_there_only_where_it_can_help(app, judge):
    async with app.run_test(size=(120, 30)) as pilot:
        await open_lab(pilot)
        await until_shown(pilot, "f6 Submit")
        assert "f9" not in shown(pilot)
        await pilot.press("f9", "f5")
        await until_shown(pilot, "✗ Public suite", "f9 Compare")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.focused, Editor))
        await type_text(pilot, f"{RIGHT}\n")
        await pilot.press("f6")
        await until_shown(pilot, "✓ Submitted: passed")
        await until(pilot, lambda: "f9" not in shown(pilot))
        await pilot.press("f9")
        assert not judge.compared


async def test_a_lab_without_small_inputs_has_no_such_key(make_app, judge):
    async with make_app(labs=[SAMPLE_LAB]).run_test(size=(120, 30)) as pilot:
        await pilot.press("tab", "enter")
        await until_shown(pilot, "1 Brief", "A sample config")
        await pilot.press("f6")
        await until_shown(pilot, "✗ Submitted: not passed")
        assert "f9" not in shown(pilot)
        await pilot.press("f9")
        assert not judge.compared


async def test_the_answer_as_it_stands_is_compared_and_the_key_comes_back_with_the_lab(make_app, judge, records):
    async with make_app().run_test(size=(120, 30)) as pilot:
        await fail(pilot, "f5")
    async with make_app().run_test(size=(120, 30)) as pilot:
        await open_lab(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.focused, Editor))
        await type_text(pilot, "# changed since\n")
        await pilot.press("f9")
        await until_shown(pilot, "No difference was found")
        session = records.latest_session().id
        await until(pilot, lambda: records.events(session, EventKind.CHANGED))
    assert judge.compared[0].startswith("# changed since\n")
    assert len(records.events(session, EventKind.CHECKED)) == 1
    assert not records.events(session, EventKind.SUBMITTED)


async def test_what_an_answer_says_is_shown_and_never_obeyed(app, judge):
    failure = Text(en=f"Your code raised, at line 2, ValueError: {HOSTILE}", zh=f"你的代码抛出了 {HOSTILE}")
    judge.difference = FOUND.model_copy(
        update={"answer": "", "failure": failure, "fault": Fault.RAISED, "arguments": {"x": HOSTILE}, "alone": False}
    )
    async with app.run_test(size=(120, 30)) as pilot:
        await fail(pilot)
        await pilot.press("f9")
        await until_shown(pilot, "only after other calls", "ValueError: [bold red]boom[/]")
        assert shown(pilot).count("[bold red]boom[/]") == 2
        assert not {"\x1b", "\x07", "\u202e"} & set(shown(pilot))


async def test_waiting_is_shown_and_what_is_late_or_failed_does_no_harm(app, judge):
    judge.difference = FOUND
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await fail(pilot)
        judge.let_go.clear()
        await pilot.press("f9")
        await until_shown(pilot, "Looking for the smallest input")
        await pilot.press("f9")
        await until_shown(pilot, "The last one is still running")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        judge.let_go.set()
        await until(pilot, lambda: judge.compared)
        judge.fault = "The sandbox [i]cannot[/i] start; run `ropes doctor`."
        await pilot.press("enter")
        await until_shown(pilot, "1 Brief", "RMSNorm")
        await pilot.press("f9")
        await until_shown(pilot, "The judge failed", "[i]cannot[/i]")


async def test_a_new_verdict_takes_the_old_difference_away(app, judge):
    judge.difference = FOUND
    async with app.run_test(size=(120, 30)) as pilot:
        await fail(pilot)
        await pilot.press("f9")
        await until_shown(pilot, "The smallest input found")
        await pilot.press("f5")
        await until_shown(pilot, "✗ Public suite")
        assert "The smallest input found" not in shown(pilot)
