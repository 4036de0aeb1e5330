"""Turning a report's values into words, for every renderer alike."""

from __future__ import annotations

from datetime import datetime

from labs.grading.content import Language
from labs.grading.verdict import Verdict
from quiz.report.labels import label
from quiz.report.parts import LabPart, QuestionPart, Report, Tally
from quiz.report.untrusted import visible

MAX_LINE = 500
"""Characters of one line that the judge made from an answer: a flag, a diagnosis, what isolation misses."""


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def duration(seconds: float, language: Language) -> str:
    """`seconds` by their two largest units: `1 h 4 min`, `12 s`."""
    names = ("d", "h", "min", "s") if language is Language.EN else ("天", "小时", "分", "秒")
    minutes, second = divmod(round(max(0.0, seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    counts = (days, hour, minute, second)
    largest = next((i for i, n in enumerate(counts) if n), 3)
    shown = range(largest, min(largest + 2, 4))
    return " ".join(f"{counts[i]} {names[i]}" for i in shown if counts[i] or i == largest)


def percent(score: float) -> str:
    """Rounded down: what is not everything is never called 100 %."""
    return f"{int(score * 100 + 1e-9)}%"


def tally(marks: Tally | None) -> str:
    return f"{round(marks.points, 2):g} / {marks.of}" if marks else "–"


def line(text: str) -> str:
    """One line that the judge made, with nothing in it that acts."""
    flat = " ".join(visible(text).split("\n"))
    return flat if len(flat) <= MAX_LINE else f"{flat[:MAX_LINE]}…"


def header(report: Report) -> list[tuple[str, str]]:
    """Label and value of each line at the top."""
    language = report.language
    time = duration(report.seconds, language)
    rows = [
        ("session", report.session),
        ("started", moment(report.started)),
        ("person", line(report.person)),
        ("duration", time if report.finished else _with_note(time, label("not-finished", language), language)),
        ("language", label(language.value, language)),
        ("tool-version", report.tool_version),
    ]
    return [(label(name, language), value) for name, value in rows if value]


def about(question: QuestionPart, language: Language) -> str:
    """Track, type, level."""
    names = (question.track, question.type, question.level)
    return " · ".join(label(name, language) for name in names if name)


def mark(question: QuestionPart, language: Language) -> str:
    """The marks of a question, each with who gave it."""
    if not question.attempts:
        return label("not-answered", language)
    marks = [("automatic", question.automatic_score), ("self-given", question.self_score)]
    given = [
        _with_note(f"{_sign(score)} {percent(score)}", label(who, language), language)
        for who, score in marks
        if score is not None
    ]
    return " · ".join(given) or label("not-marked", language)


def effort(question: QuestionPart, language: Language) -> str:
    """How often and how fast it was answered."""
    attempts = "attempt" if question.attempts == 1 else "attempts"
    parts = [label(attempts, language, n=question.attempts)]
    if question.seconds is not None:
        parts.append(label("answered-in", language, duration=duration(question.seconds, language)))
    return " · ".join(parts)


def circumstances(verdict: Verdict, language: Language) -> list[tuple[str, str]]:
    """Label and value of what a reviewer needs to judge or replay a verdict."""
    isolation = label(f"isolation-{verdict.isolation.level}", language)
    if verdict.isolation.missing:
        missing = label("separator", language).join(map(line, verdict.isolation.missing))
        isolation = _with_note(isolation, label("missing", language, missing=missing), language)
    faults = label("separator", language).join(
        _with_note(fault, label(f"fault-{fault}", language), language) for fault in verdict.faults
    )
    rows = [
        ("isolation", isolation),
        ("device", verdict.device),
        ("seed", line(verdict.seed)),
        ("sha256", line(verdict.sha256)),
        ("lab-version", line(verdict.lab_version)),
        ("faults", faults or label("none", language)),
    ]
    return [(label(name, language), value) for name, value in rows]


def result(verdict: Verdict, language: Language) -> str:
    """Whether everything passed, and whether everything could be judged here."""
    passed = label("all-passed" if verdict.passed else "some-failed", language)
    return passed if verdict.verified else _with_note(passed, label("not-all-verified", language), language)


def work(lab: LabPart, language: Language) -> str:
    """What was done in a lab, and for how long."""
    return label(
        "work-done",
        language,
        submissions=lab.submissions,
        checks=lab.checks,
        runs=lab.runs,
        hints=lab.hints,
        duration=duration(lab.seconds, language),
    )


def _sign(score: float) -> str:
    return "✓" if score == 1 else "✗" if score == 0 else "◐"


def _with_note(text: str, note: str, language: Language) -> str:
    return label("note", language, text=text, note=note)
