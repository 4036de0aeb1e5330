"""The main job in the app, by keys alone: home, every type of question, a lab, the report."""

from __future__ import annotations

from threading import Event

from quiz.records.store import EventKind, RecordsUnavailable
from tests.tui.conftest import RIGHT
from tests.tui.driving import answer_rightly, shown, type_text, until, until_shown
from tui.screens.home import HomeScreen
from tui.screens.lab import LabScreen
from tui.screens.quiz import QuizScreen
from tui.screens.report import ReportScreen


async def test_every_type_is_answered_rightly_by_keys_alone(app, records):
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "All questions: start", "0 of 10 answered")
        await pilot.press("enter")
        await until_shown(pilot, "Question 1 of 10")
        session = records.latest_session().id
        entries = app.desk.bank.entries()
        for number, entry in enumerate(entries, start=1):
            await until_shown(pilot, f"Question {number} of 10")
            await answer_rightly(pilot, entry.question, session)
            if entry.question.type == "open":
                await until_shown(pilot, "A model answer.")
                await pilot.press("1", "2", "enter")
            await until_shown(pilot, "Your own mark: 100 %" if entry.question.type == "open" else "✓ Right")
            await pilot.press("n")
        await until_shown(pilot, "All 10 questions are answered")
        events = records.events(session)
        answered = [event for event in events if event.kind is EventKind.ANSWERED]
        assert [event.item for event in answered] == [entry.question.id for entry in entries]
        assert [event.data["score"] for event in answered] == [1.0] * 9 + [None]
        assert [e.data for e in events if e.kind is EventKind.SELF_MARKED] == [
            {"points": {"a": True, "b": True, "c": False}}
        ]
        assert [e.item for e in events if e.kind is EventKind.SHOWN] == [e.question.id for e in entries]
        await until(pilot, lambda: records.events(session, EventKind.FINISHED))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await until_shown(pilot, "Scores by track")
        await pilot.press("escape")
        await until_shown(pilot, "10 of 10 answered")


async def test_a_lab_from_hint_to_pass(app, records):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(app.screen, LabScreen))
        await until_shown(pilot, "1 Brief")
        await pilot.press("f8")
        await until_shown(pilot, "Hint 1 of 3")
        await pilot.press("f3")
        await until(pilot, lambda: app.focused and app.focused.id == "editor")
        await pilot.press("f5")
        await until_shown(pilot, "✗ Public suite: 0 of 4", "✗ failed")
        await pilot.press("f3")
        await until(pilot, lambda: app.focused and app.focused.id == "editor")
        await type_text(pilot, RIGHT + "\n")
        await pilot.press("f6")
        await until_shown(pilot, "✓ Submitted: passed", "score 100 %", "✓ passed")
        await pilot.press("escape")
        await until_shown(pilot, "submitted, best 100 %")
        session = records.latest_session().id
        await until(pilot, lambda: records.events(session, EventKind.SUBMITTED))
        kinds = [event.kind for event in records.events(session)]
        assert kinds == [
            EventKind.SHOWN,
            EventKind.HINT_TAKEN,
            EventKind.CHECKED,
            EventKind.CHANGED,
            EventKind.SUBMITTED,
        ]
        submitted = records.events(session, EventKind.SUBMITTED)[0].data
        assert submitted["code"].startswith(RIGHT)
        assert submitted["verdict"]["passed"] is True


async def test_an_open_session_goes_on_where_it_was_left(make_app, records):
    async with make_app(start="quiz").run_test() as pilot:
        await until_shown(pilot, "Question 1 of 10")
        await pilot.press("1", "enter")
        await until_shown(pilot, "Next question")
    async with make_app(start="quiz").run_test() as pilot:
        await until_shown(pilot, "Question 2 of 10")
        assert len(records.sessions()) == 1
        await pilot.press("escape")
        await until_shown(pilot, "1 of 10 answered", "All questions: continue")
        await pilot.press("n")
        await until_shown(pilot, "0 of 10 answered", "All questions: start")
        assert len(records.sessions()) == 2


async def test_one_track_and_skipping(app):
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        await until_shown(pilot, "Question 1 of 5", "Fill in.")
        await pilot.press("ctrl+n")
        await until_shown(pilot, "Question 1 of 5", "What does it print?")


async def test_a_stray_enter_answers_nothing(app, records):
    async with app.run_test() as pilot:
        await pilot.press("enter")
        for _ in range(10):
            await until_shown(pilot, "Question 1 of 10")
            await pilot.press("enter", "ctrl+s")
            await until_shown(pilot, "Something is still missing")
            await pilot.press("ctrl+n")
            await until(pilot, lambda: "Something is still missing" not in shown(pilot))
        assert not records.events(records.latest_session().id, EventKind.ANSWERED)


async def test_a_response_that_cannot_be_marked_is_explained_and_kept_out_of_the_records(app, records):
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "Which one is right?")
        await pilot.press("ctrl+n", "ctrl+n")
        await until_shown(pilot, "How many?")
        await type_text(pilot, "6738k")
        await pilot.press("enter")
        await until_shown(pilot, "without a unit")
        assert not records.events(records.latest_session().id, EventKind.ANSWERED)
        await pilot.press("f2")
        await until_shown(pilot, "不带单位", "6738k")


async def test_a_burst_of_keys_answers_once_and_leaves_the_explanation_standing(app, records):
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "Which one is right?")
        await pilot.press("1", "enter", "enter", "ctrl+s", "ctrl+n", "enter")
        await until_shown(pilot, "Next question", "Question 1 of 10")
        session = records.latest_session().id
        assert [event.item for event in records.events(session, EventKind.ANSWERED)] == ["sample-single"]
        await pilot.press("n")
        await until_shown(pilot, "Question 2 of 10")


async def test_leaving_while_an_answer_is_being_written_keeps_it(app, records, monkeypatch):
    begun, let_go, record = Event(), Event(), records.record

    def slow_record(session, kind, *rest):
        if kind is EventKind.ANSWERED:
            begun.set()
            assert let_go.wait(10)
        return record(session, kind, *rest)

    monkeypatch.setattr(records, "record", slow_record)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "Which one is right?")
        await pilot.press("1", "enter")
        await until(pilot, begun.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        let_go.set()
        await until_shown(pilot, "1 of 10 answered")
    assert len(records.events(records.latest_session().id, EventKind.ANSWERED)) == 1


async def test_an_answer_that_cannot_be_recorded_stays_unanswered(app, records, monkeypatch):
    def full_disk(*_):
        raise RecordsUnavailable("the disk is [full]; free some space")

    async with app.run_test(notifications=True) as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "Which one is right?")
        with monkeypatch.context() as patch:
            patch.setattr(records, "record", full_disk)
            await pilot.press("1", "enter")
            await until_shown(pilot, "the disk is [full]", "(•) 1", "Answer")
        await pilot.press("enter")
        await until_shown(pilot, "Next question")
