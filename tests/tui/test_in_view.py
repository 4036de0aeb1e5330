"""What one types in and what was just marked is in view, however long the texts are."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from quiz.bank.loader import Bank, Entry
from quiz.bank.schema import Cloze, Open
from tests.tui.driving import shown, type_text, until, until_shown
from tui.widgets.rows import Row

REAL = Bank().entries()
CLOZES = [entry for entry in REAL if isinstance(entry.question, Cloze)]
OPENS = [entry for entry in REAL if isinstance(entry.question, Open)]
LONGEST_CLOZES = sorted(CLOZES, key=lambda entry: len(entry.question.prompt.en + entry.question.text.en))[-3:]
LONGEST_OPENS = sorted(OPENS, key=lambda entry: len(entry.question.model_answer.en))[-3:]


def in_view(pilot: Pilot, widget: Widget) -> bool:
    return widget.region.height > 0 and pilot.app.screen.query_one("#sheet").region.contains_region(widget.region)


def ask_only(app, entry: Entry) -> None:
    app.desk.pending = lambda *_: [entry]


@pytest.mark.parametrize("entry", LONGEST_CLOZES, ids=lambda entry: entry.question.id)
async def test_the_gap_that_is_typed_in_is_in_view(make_app, entry):
    app = make_app(bank=Bank(), start="quiz")
    ask_only(app, entry)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "1 ▸")
        await until(pilot, lambda: in_view(pilot, app.focused))
        await pilot.press("f2")
        await until_shown(pilot, "作答")
        await until(pilot, lambda: in_view(pilot, app.focused))
        await pilot.press("f2", *["pageup"] * 5)
        await type_text(pilot, "mean")
        await until(pilot, lambda: "1 ▸ mean" in shown(pilot))
        await pilot.press("enter")
        if len(entry.question.gaps) > 1:
            await until(pilot, lambda: app.focused and in_view(pilot, app.focused) and not app.focused.value)


@pytest.mark.parametrize("entry", LONGEST_OPENS, ids=lambda entry: entry.question.id)
async def test_self_marking_starts_at_the_model_answer_and_shows_each_point_ticked(make_app, entry):
    app = make_app(bank=Bank(), start="quiz")
    ask_only(app, entry)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.focused and app.focused.id != "sheet" and in_view(pilot, app.focused))
        await type_text(pilot, "my words")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen.query("SelfMarking .heading") and at_top(pilot))
        await pilot.press("1")
        first, *_ = app.screen.query("SelfMarking Row").results(Row)
        await until(pilot, lambda: in_view(pilot, first.marker) and "[x] 1" in shown(pilot))
        await pilot.press("enter")
        await until_shown(pilot, "Next question")


def at_top(pilot: Pilot) -> bool:
    """The heading stands at the top of the sheet, below its margins, or everything after it is in view."""
    sheet = pilot.app.screen.query_one("#sheet")
    heading = pilot.app.screen.query("SelfMarking .heading").first()
    end = sheet.scroll_y >= sheet.max_scroll_y
    return in_view(pilot, heading) and (end or heading.region.y <= sheet.region.y + 2)
