"""A report says what the events say: the last answer counts, kinds of marks stay apart, nothing is dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labs.grading.content import Language, Track
from quiz.records.store import UnknownSession
from quiz.report.model import build, to_json
from quiz.report.parts import Report, Standing, Tally
from tests.quiz.report.desk import CODE, STARTER, Desk, verdict


def test_the_last_answer_counts_and_attempts_are_told(full: Desk):
    question = full.report().questions[0]
    assert (question.id, question.attempts, question.automatic_score) == ("lora-start", 2, 1.0)
    assert question.answer is not None
    assert question.answer.text == "All **zeros**"
    assert question.key == question.answer
    assert question.seconds is not None
    assert question.seconds >= 0
    assert question.standing is Standing.CURRENT


def test_kinds_of_marks_are_never_added_up(full: Desk):
    report = full.report()
    by_track = {scores.track: scores for scores in report.scores}
    assert set(by_track) == {Track.PEFT, Track.ARCHITECTURE}
    peft = by_track[Track.PEFT]
    assert (peft.automatic, peft.self_given) == (Tally(points=1, of=1), Tally(points=0.5, of=1))
    architecture = by_track[Track.ARCHITECTURE]
    assert (architecture.automatic, architecture.self_given) == (Tally(points=0, of=1), None)
    assert architecture.labs == Tally(points=2 / 3, of=1)
    assert report.total.automatic == Tally(points=1, of=2)
    assert report.total.shown == report.total.answered == 3


def test_an_open_answer_waits_for_a_person(full: Desk):
    marked = full.report().questions[2]
    assert marked.automatic_score is None
    assert marked.self_score == 0.5
    assert [(mark.key, mark.said) for mark in marked.self_marks] == [("a", True), ("b", False), ("c", False)]
    full.did("answered", "why-low-rank", response={"text": "Another try."}, score=None)
    again = full.report()
    assert again.questions[2].self_score is None, "the judgement was of an earlier answer"
    assert again.total.unmarked == 1


def test_a_lab_is_its_last_submission_and_the_work_before_it(full: Desk):
    (lab,) = full.report().labs
    assert lab.verdict is not None
    assert lab.verdict.score == pytest.approx(2 / 3)
    assert (lab.checks, lab.submissions, lab.runs, lab.hints) == (1, 2, 1, 2)
    assert lab.code is not None
    assert lab.code.text == CODE
    assert lab.diff is not None
    removed = [line[1:] for line in lab.diff.text.split("\n")[2:] if line.startswith("-")]
    added = [line[1:] for line in lab.diff.text.split("\n")[2:] if line.startswith("+")]
    assert removed == STARTER.split("\n")[1:2]
    assert added == CODE.split("\n")[1:2]


def test_a_lab_without_a_submission_shows_the_last_code(desk: Desk, lab_version: str):
    desk.did("shown", "tiny-norm", lab_version)
    desk.did("changed", "tiny-norm", lab_version, code="first")
    desk.did("changed", "tiny-norm", lab_version, code="second")
    (lab,) = desk.report().labs
    assert lab.code is not None
    assert (lab.code.text, lab.verdict, lab.submissions) == ("second", None, 0)


def test_a_question_that_was_only_shown_is_reported(desk: Desk):
    desk.did("shown", "mean-keepdim")
    report = desk.report()
    assert (report.questions[0].attempts, report.questions[0].answer) == (0, None)
    assert (report.total.shown, report.total.answered, report.total.automatic) == (1, 0, None)
    assert not report.finished


def test_what_is_gone_or_changed_is_still_reported(desk: Desk):
    desk.did("answered", "old-question", response={"text": "my answer"}, score=0.25)
    desk.did("answered", "lora-start", "1", response={"choice": "z"}, score=1.0)
    desk.did("submitted", "old-lab", "abc", code="x = 1", verdict=verdict("x = 1", lab="old-lab"))
    desk.did("submitted", "tiny-norm", "abc", code="x = 2", verdict={"from": "another version"})
    report = desk.report()
    gone, changed = report.questions
    assert (gone.standing, gone.automatic_score) == (Standing.GONE, 0.25)
    assert gone.answer is not None
    assert gone.answer.text == "my answer"
    assert (changed.standing, changed.version, changed.automatic_score) == (Standing.CHANGED, "1", 1.0)
    assert changed.answer is not None
    assert json.loads(changed.answer.text) == {"choice": "z"}
    assert changed.answer.markup == "plain"
    gone_lab, changed_lab = report.labs
    assert (gone_lab.standing, gone_lab.title, gone_lab.diff) == (Standing.GONE, "old-lab", None)
    assert gone_lab.verdict is not None
    assert (changed_lab.standing, changed_lab.verdict) == (Standing.CHANGED, None)
    assert changed_lab.diff is not None


def test_a_broken_bank_or_lab_does_not_break_the_report(full: Desk):
    (full.folder / "questions/peft/lora.yaml").write_text("title: [")
    (full.folder / "labs/architecture/tiny_norm/lab.yaml").write_text("id: ")
    report = full.report()
    assert [q.standing for q in report.questions] == [Standing.GONE, Standing.CURRENT, Standing.GONE]
    assert [lab.standing for lab in report.labs] == [Standing.GONE]
    assert report.total.automatic == Tally(points=1, of=2)


@pytest.mark.parametrize("kind", ["answered", "self-marked", "submitted", "checked", "changed", "hint-taken", "shown"])
@pytest.mark.parametrize("item", ["why-low-rank", "lora-start", "tiny-norm", "nothing"])
def test_damaged_events_do_not_break_the_report(desk: Desk, kind: str, item: str):
    for data in (
        {},
        {"response": None, "score": "high", "points": None, "code": 5, "verdict": None, "hint": []},
        {"response": [1], "score": 7, "points": {"z": 1}, "code": None, "verdict": [], "hint": {}},
    ):
        desk.did(kind, item, "", **data)
    report = desk.report()
    assert len(report.questions) + len(report.labs) == 1


def test_languages(full: Desk):
    english, chinese = full.report(), full.report(Language.ZH)
    assert (english.language, chinese.language) == (Language.EN, Language.ZH)
    assert chinese.questions[0].key is not None
    assert chinese.questions[0].key.text == "**全零**"
    assert chinese.labs[0].title == "小归一化"
    assert english.total == chinese.total


def test_an_empty_session_is_a_report(desk: Desk):
    report = desk.report()
    assert (report.questions, report.labs, report.scores, report.seconds) == ([], [], [], 0.0)


def test_an_unknown_session_is_refused(desk: Desk, tmp_path: Path):
    with pytest.raises(UnknownSession):
        build(desk.records, desk.bank, "nobody", labs_root=tmp_path)


def test_json_gives_back_the_report(full: Desk):
    report = full.report(Language.ZH)
    assert Report.model_validate_json(to_json(report)) == report


def test_lengths_are_bounded_and_say_so(desk: Desk, lab_version: str):
    long = "\n" * 150_000
    desk.did("submitted", "tiny-norm", lab_version, code=long, verdict=verdict(long))
    desk.did("answered", "mean-keepdim", response={"output": "x" * 19_000}, score=0.0)
    desk.did("answered", "gone", response={"text": "y" * 30_000}, score=0.0)
    report = desk.report()
    (lab,) = report.labs
    assert lab.code is not None
    assert (len(lab.code.text), lab.code.left_out) == (100_000, 50_000)
    fits, gone = (question.answer for question in report.questions)
    assert fits is not None
    assert fits.left_out == 0
    assert gone is not None
    assert (len(gone.text), gone.left_out) == (20_000, 10_000)
