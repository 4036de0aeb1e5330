"""The filter: track, type and level, by keys and by mouse, and the quiz over what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.content import Language
from quiz.bank.loader import Bank
from quiz.records.store import EventKind
from tests.tui.conftest import SAMPLE_BANK
from tests.tui.driving import click_on, shown, until, until_shown
from tui.screens.filter import FilterScreen
from tui.screens.home import HomeScreen
from tui.selection import EVERYTHING, FACETS, Selection

ENTRIES = Bank(SAMPLE_BANK).entries()
SELECTIONS = st.builds(Selection, *(st.frozensets(st.sampled_from(values)) for values in FACETS.values()))


@given(SELECTIONS)
def test_a_selection_holds_what_fits_each_list_with_a_tick(chosen):
    for entry in ENTRIES:
        fits = [
            not chosen.tracks or entry.track in chosen.tracks,
            not chosen.types or entry.question.type in chosen.types,
            not chosen.levels or entry.question.level in chosen.levels,
        ]
        assert chosen.holds(entry) == all(fits)


@given(SELECTIONS, st.sampled_from(Language))
def test_a_description_is_short_and_only_everything_needs_none(chosen, language):
    said = chosen.describe(language)
    assert bool(said) == (chosen != EVERYTHING)
    assert len(said) < 80


async def test_ticked_by_keys_asked_and_taken_up_again(app, records):
    async with app.run_test(size=(120, 30)) as pilot:
        await until_shown(pilot, "Filter by track, type, level", "no filter")
        await pilot.press("f")
        await until_shown(pilot, "10 questions match, 0 of them answered.", "Track", "Type", "Level")
        await pilot.press("space", "right", "space", "down", "space")
        await until_shown(pilot, "[x] Architecture", "[x] single choice", "[x] multiple choice", "2 questions match")
        await pilot.press("enter")
        place = "filter: Architecture · single choice, multiple choice"
        await until_shown(pilot, "Question 1 of 2", "Which one is right?", place)
        await pilot.press("1", "enter")
        await until_shown(pilot, "Next question")
        await pilot.press("escape")
        await until_shown(pilot, "Architecture · single choice", "1 of 2 answered", "1 of 10 answered")
        await pilot.press("f")
        await until_shown(pilot, "[x] single choice", "2 questions match, 1 of them answered.")
        await pilot.press("enter")
        await until_shown(pilot, "Question 2 of 2", "Which are right?")
        await pilot.press("1", "enter")
        await until_shown(pilot, "Next question")
        await pilot.press("n")
        await until_shown(pilot, "All 2 questions are answered")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        assert not records.events(records.latest_session().id, EventKind.FINISHED)


async def test_ticked_by_mouse_in_chinese(make_app):
    app = make_app(language=Language.ZH)
    async with app.run_test(size=(80, 24)) as pilot:
        await click_on(pilot, "按方向、题型、难度筛选")
        await until_shown(pilot, "方向", "题型", "难度", "符合条件的题目 10 道，已答 0 道。")
        await click_on(pilot, "[ ] 模型架构")
        await until_shown(pilot, "[x] 模型架构", "符合条件的题目 5 道")
        await pilot.click("#start")
        await until_shown(pilot, "第 1 题，共 5 题", "筛选：模型架构")


async def test_a_selection_that_holds_nothing_says_so_and_asks_nothing(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await until_shown(pilot, "10 questions match")
        # No question of the sample is deep.
        await pilot.press("right", "right", "down", "down", "space")
        await until_shown(pilot, "[x] deep", "No question matches")
        await pilot.press("enter")
        assert isinstance(app.screen, FilterScreen)
        await pilot.press("c")
        await until_shown(pilot, "[ ] deep", "10 questions match")
        await pilot.press("escape")
        await until_shown(pilot, "no filter")


@pytest.mark.parametrize("language", Language)
async def test_everything_of_it_fits_80_by_24(make_app, language):
    app = make_app(language=language, bank=Bank())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "DeepSpeed" in shown(pilot))
        await pilot.press("f")
        await until(pilot, lambda: shown(pilot).count("[ ]") == len(app.desk.tracks()) + 10 + 3)
        regions = [app.screen.query_one(name).region for name in ("#count", "#start")]
        assert all(0 < region.y < 23 for region in regions)
