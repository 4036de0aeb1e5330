"""The map of the labs: order, standings, the suggestion, the questions on a lab's topic."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from labs.grading.catalogue import Lab
from labs.grading.content import Track
from quiz.records.store import EventKind, RecordsUnavailable
from tests.labs.toy import MANIFEST
from tests.tui.conftest import RIGHT
from tests.tui.driving import click_on, shown, type_text, until, until_shown
from tui.screens.lab import LabScreen
from tui.screens.map import MapScreen
from tui.screens.quiz import QuizScreen


@pytest.fixture
def labs(tmp_path) -> list[Lab]:
    """Three labs, the last of which requires the first."""

    def write(lab_id: str, track: Track, level: str, more: str = "") -> Lab:
        folder = tmp_path / track / lab_id
        (folder / "hidden").mkdir(parents=True)
        manifest = MANIFEST.replace("id: toy", f"id: {lab_id}").replace("warm-up", level)
        manifest = manifest.replace("Doubling, zh: 加倍}", f"Lab {lab_id}, zh: 实验 {lab_id}}}")
        (folder / "lab.yaml").write_text(manifest + more, encoding="utf-8")
        for name in ("brief.en.md", "brief.zh.md", "starter.py", "harness.py"):
            (folder / name).write_text("# Doubling\n", encoding="utf-8")
        return Lab(track, folder)

    return [
        write("hard", Track.ARCHITECTURE, "deep", "requires: [easy]\n"),
        write("other", Track.PEFT, "warm-up", "questions: [sample-single, sample-trace]\n"),
        write("easy", Track.ARCHITECTURE, "warm-up"),
    ]


async def open_map(pilot: Pilot) -> None:
    await until_shown(pilot, "All questions")
    await pilot.press("m")
    await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))
    await until_shown(pilot, "Lab easy", "labs passed", "Next lab")


async def submit(pilot: Pilot, code: str) -> None:
    await pilot.press("f3")
    await until(pilot, lambda: pilot.app.focused and pilot.app.focused.id == "editor")
    await type_text(pilot, code)
    await pilot.press("f6")


def records_with(records, **passed: bool) -> None:
    session = records.start_session("en").id
    for lab, has_passed in passed.items():
        records.record(session, EventKind.SUBMITTED, lab, "1", {"verdict": {"passed": has_passed, "score": 0.5}})
    records.start_session("en")  # another session is open now


async def test_labs_stand_by_track_and_level_with_what_they_need(make_app, records, labs):
    records_with(records, easy=True, other=False)
    async with make_app(labs=labs).run_test(size=(80, 24)) as pilot:
        await open_map(pilot)
        await until_shown(
            pilot,
            "1 of 3 labs passed",
            "✓ Lab easy",
            "◐ Lab other",
            "○ Lab hard",
            "needs ✓ Lab easy",
            "Architecture · deep",
        )
        screen = shown(pilot)
        headings = [
            "Architecture · warm-up",
            "Lab easy",
            "Architecture · deep",
            "Lab hard",
            "PEFT · warm-up",
            "Lab other",
        ]
        body = screen[screen.index("Architecture · warm-up") :]
        assert sorted(headings, key=body.index) == headings
        await pilot.press("f2")
        await until_shown(
            pilot, "共 3 个实验，已通过 1 个", "✓ 实验 easy", "已通过", "需先通过：✓ 实验 easy", "模型架构 · 深入"
        )


async def test_keys_and_the_mouse_open_a_lab_and_what_is_suggested(make_app, labs):
    async with make_app(labs=labs).run_test(size=(80, 24)) as pilot:
        await open_map(pilot)

        async def opened(lab_id: str) -> None:
            await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen) and pilot.app.screen.lab.id == lab_id)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))

        await pilot.press("down", "enter")
        await opened("hard")
        await click_on(pilot, "Lab other")
        await opened("other")
        await pilot.press("n")
        await opened("easy")
        await click_on(pilot, "Next lab")
        await opened("easy")


async def test_the_suggestion_follows_a_verdict_and_opens_in_place_of_the_lab(make_app, labs):
    async with make_app(labs=labs).run_test(size=(120, 40)) as pilot:
        await open_map(pilot)
        await pilot.press("down", "enter")
        await until_shown(pilot, "1 Brief")
        await submit(pilot, "# wrong\n")
        await until_shown(pilot, "✗ Submitted", "Next lab: Lab easy")
        await pilot.press("f2")
        await until_shown(pilot, "下一个实验：实验 easy")
        await pilot.press("f2", "n")
        await until(pilot, lambda: isinstance(pilot.app.screen, LabScreen) and pilot.app.screen.lab.id == "easy")
        await until_shown(pilot, "Lab easy · answer.py")
        await submit(pilot, RIGHT + "\n")
        await until_shown(pilot, "✓ Submitted: passed", "Next lab: Lab hard")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))
        await until_shown(pilot, "✓ Lab easy", "◐ Lab hard", "1 of 3 labs passed")


async def test_a_lab_not_tried_suggests_nothing(make_app, labs):
    async with make_app(labs=labs).run_test(size=(120, 40)) as pilot:
        await open_map(pilot)
        await pilot.press("down", "enter")
        await until_shown(pilot, "1 Brief")
        await pilot.press("n", "5", "3")
        await until_shown(pilot, "Nothing judged yet")
        assert "Next lab" not in shown(pilot)
        assert pilot.app.screen.lab.id == "hard"


async def test_the_questions_on_a_topic_are_asked_from_the_map_and_from_the_lab(make_app, labs):
    async with make_app(labs=labs).run_test(size=(80, 24), notifications=True) as pilot:
        await open_map(pilot)
        await pilot.press("t")
        await until_shown(pilot, "The bank has no questions")
        await pilot.press("end", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuizScreen))
        await until_shown(pilot, "Question 1 of 2", "filter: a lab's topic")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))
        await pilot.press("enter")
        await click_on(pilot, "Questions on this topic: 2 (T)")
        await until_shown(pilot, "Question 1 of 2")


async def test_records_that_cannot_be_read_are_told(make_app, labs, records, monkeypatch):
    def gone() -> None:
        raise RecordsUnavailable("the disk is [gone]")

    async with make_app(labs=labs).run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "All questions")
        monkeypatch.setattr(records, "judged", gone)
        await pilot.press("m")
        await until_shown(pilot, "the disk is [gone]", "○ Lab easy")
