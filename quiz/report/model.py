"""Building a report from the records, the bank and the catalogue of labs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from labs.grading.catalogue import LABS
from labs.grading.content import Language, Track
from quiz.bank.loader import Bank
from quiz.records.store import Event, EventKind, Records
from quiz.report.lab_part import LAB_KINDS, lab_part, look_up_lab
from quiz.report.parts import LabPart, QuestionPart, Report, Scores, Tally
from quiz.report.question_part import QUESTION_KINDS, find_question, question_part
from quiz.report.untrusted import escape_json

__all__ = ["Report", "build", "to_json"]


def build(
    records: Records,
    bank: Bank,
    session_id: str,
    language: Language | None = None,
    labs_root: Path = LABS,
) -> Report:
    """The report on a session, in `language` or in the session's own.

    Raises `UnknownSession` and `RecordsUnavailable`; a bank or lab that has changed or gone raises nothing.
    """
    session = records.session(session_id)
    events = records.events(session_id)
    language = language or Language(session.language)
    questions: list[QuestionPart] = []
    labs: list[LabPart] = []
    for item, its_events in _by_item(events).items():
        kinds = {event.kind for event in its_events}
        entry = find_question(bank, item)
        lab = look_up_lab(item, labs_root)
        is_question = bool(kinds & QUESTION_KINDS) or (entry is not None and not kinds & LAB_KINDS)
        is_lab = bool(kinds & LAB_KINDS) or (lab is not None and not is_question)
        if is_lab:
            of_lab = [event for event in its_events if event.kind not in QUESTION_KINDS]
            labs.append(lab_part(lab, of_lab, language))
        if is_question or not is_lab:
            of_question = [event for event in its_events if event.kind not in LAB_KINDS]
            questions.append(question_part(entry, of_question, language))
    return Report(
        session=session.id,
        started=session.started,
        finished=any(event.kind is EventKind.FINISHED for event in events),
        person=session.person,
        seconds=max(0.0, (events[-1].at - session.started).total_seconds()) if events else 0.0,
        tool_version=_tool_version(),
        language=language,
        scores=[
            _scores(track, questions_of_it, labs_of_it)
            for track in (*Track, None)
            if (questions_of_it := [q for q in questions if q.track is track])
            + (labs_of_it := [lab for lab in labs if lab.track is track])
        ],
        total=_scores(None, questions, labs),
        questions=questions,
        labs=labs,
    )


def to_json(report: Report) -> str:
    """The report as JSON, one document; safe to print, for no character in it acts on a terminal."""
    return escape_json(report.model_dump_json(indent=2))


def _by_item(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The events of each question and lab, in the order in which the items first occur."""
    items: dict[str, list[Event]] = {}
    for event in events:
        if event.item:
            items.setdefault(event.item, []).append(event)
    return items


def _scores(track: Track | None, questions: Sequence[QuestionPart], labs: Sequence[LabPart]) -> Scores:
    answered = [q for q in questions if q.attempts]
    return Scores(
        track=track,
        shown=len(questions),
        answered=len(answered),
        automatic=_tally(q.automatic_score for q in answered),
        self_given=_tally(q.self_score for q in answered),
        unmarked=sum(q.automatic_score is None and q.self_score is None for q in answered),
        labs=_tally(lab.verdict.score for lab in labs if lab.verdict),
    )


def _tally(scores: Iterable[float | None]) -> Tally | None:
    """None where nothing was marked in this way, which is not a score of nought."""
    marked = [score for score in scores if score is not None]
    return Tally(points=sum(marked), of=len(marked)) if marked else None


def _tool_version() -> str:
    try:
        return version("ropes")
    except PackageNotFoundError:
        return "unknown"
