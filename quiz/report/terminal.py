"""The report in a terminal, as Rich renderables: any width, no markup from outside, words beside every colour."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from labs.grading.content import Language
from labs.grading.verdict import Outcome, Verdict
from quiz.report import words
from quiz.report.labels import label
from quiz.report.parts import LabPart, Passage, QuestionPart, Report, Scores, Standing
from quiz.report.untrusted import visible

_OUTCOME_STYLES = {Outcome.PASSED: "green", Outcome.NOT_VERIFIED_HERE: "yellow"}
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_report(report: Report, console: Console) -> None:
    """Write the whole report to `console`."""
    console.print(render(report))


def render(report: Report) -> Group:
    """The report in its language, as one renderable."""
    return Group(*_render(report))


def _render(report: Report) -> Iterator[RenderableType]:
    language = report.language
    yield _heading(label("report", language), "═")
    yield _facts(words.header(report))
    yield _heading(label("scores", language))
    yield _scores(report)
    yield Text(label("scores-note", language), "dim")
    yield _heading(label("questions", language))
    for number, question in enumerate(report.questions, 1):
        yield from _question(number, question, language)
    if not report.questions:
        yield Text(label("no-questions", language))
    yield _heading(label("labs", language))
    for number, lab in enumerate(report.labs, 1):
        yield from _lab(number, lab, language)
    if not report.labs:
        yield Text(label("no-labs", language))


def _heading(title: str, characters: str = "─") -> RenderableType:
    return Group(Text(), Rule(Text(title, "bold"), characters=characters, style="default"))


def _facts(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name, "dim"), Text(value))
    return table


def _scores(report: Report) -> Table:
    language = report.language
    table = Table(show_edge=False, show_footer=False, padding=(0, 1, 0, 0))
    table.add_column(Text(label("track", language)), no_wrap=True, min_width=12)  # the longest name of a track
    for name in ("shown", "answered", "automatic-marks", "self-given-marks", "unmarked", "lab-marks"):
        table.add_column(Text(label(name, language)), justify="right")
    for scores in report.scores:
        _score_row(table, label(scores.track or "not-in-bank", language), scores)
    table.add_section()
    _score_row(table, label("total", language), report.total)
    return table


def _score_row(table: Table, name: str, scores: Scores) -> None:
    table.add_row(
        Text(name),
        str(scores.shown),
        str(scores.answered),
        words.tally(scores.automatic),
        words.tally(scores.self_given),
        str(scores.unmarked),
        words.tally(scores.labs),
    )


def _question(number: int, question: QuestionPart, language: Language) -> Iterator[RenderableType]:
    yield _title(number, question.id, words.about(question, language))
    if question.standing is not Standing.CURRENT:
        yield _note("⚠ " + label(f"question-{question.standing}", language, version=visible(question.version)))
    if question.prompt:
        yield Padding(Markdown(question.prompt), (0, 0, 1, 0))
    if question.material:
        yield Padding(_passage(question.material, language), (0, 0, 1, 2))
    yield _field(label("mark", language), Text(words.mark(question, language), "bold"))
    if question.attempts:
        yield Padding(Text(words.effort(question, language), "dim"), (0, 0, 0, 2))
    if question.answer:
        yield _field(label("answer", language), _passage(question.answer, language))
    if question.self_marks:
        yield _field(label("rubric", language), Group(*_rubric(question, language)))
    if question.key:
        name = "model-answer" if question.type == "open" else "key"
        yield _field(label(name, language), _passage(question.key, language))
    if question.explanation:
        yield _field(label("explanation", language), Markdown(question.explanation))
    if question.sources:
        lines = (f"{source.title}, {source.where}\n{source.url}" for source in question.sources)
        yield _field(label("sources", language), Text("\n".join(lines)))


def _rubric(question: QuestionPart, language: Language) -> Iterator[RenderableType]:
    for point in question.self_marks:
        said = "☑ " + label("said", language) if point.said else "☐ " + label("not-said", language)
        yield Text(f"{said} ({label(point.kind, language)})", "bold")
        yield Padding(Markdown(point.text), (0, 0, 0, 2))


def _lab(number: int, lab: LabPart, language: Language) -> Iterator[RenderableType]:
    yield _title(number, lab.title, lab.id)
    if lab.standing is not Standing.CURRENT:
        yield _note("⚠ " + label(f"lab-{lab.standing}", language, version=visible(lab.version)))
    yield Text(words.work(lab, language))
    if not lab.submissions:
        yield _note("⚠ " + label("not-submitted" if lab.code else "no-code", language))
    elif lab.verdict is None:
        yield _note("⚠ " + label("unreadable-verdict", language))
    if lab.verdict:
        yield from _verdict(lab.verdict, language)
    if lab.code:
        yield _field(label("code", language), _passage(lab.code, language))
    if lab.diff:
        diff = _diff(lab.diff, language) if lab.diff.text else Text(label("no-diff", language))
        yield _field(label("diff", language), diff)


def _verdict(verdict: Verdict, language: Language) -> Iterator[RenderableType]:
    summary = f"{words.percent(verdict.score)} · {words.result(verdict, language)}"
    yield _field(label("score", language), Text(summary, "bold"))
    table = Table(show_edge=False)
    table.add_column(Text(label("outcome", language)), no_wrap=True)
    table.add_column(Text(label("property", language)), overflow="fold")
    table.add_column(Text(label("weight", language)), justify="right")
    for judged in verdict.properties:
        said = Text(words.line(judged.title[language]))
        if judged.diagnosis:
            said.append(f"\n{words.line(judged.diagnosis[language])}", "dim")
        style = _OUTCOME_STYLES.get(judged.outcome, "red")
        table.add_row(Text(label(judged.outcome, language), style), said, f"{judged.weight:g}")
    yield Padding(table, (0, 0, 1, 2))
    if verdict.mistakes:
        mistakes = Text("\n".join(f"• {words.line(mistake[language])}" for mistake in verdict.mistakes))
        yield _field(label("mistakes", language), mistakes)
    yield Padding(_facts(words.circumstances(verdict, language)), (0, 0, 0, 2))
    if verdict.flags:
        flags = Text("\n".join(f"⚑ {words.line(flag)}" for flag in verdict.flags))
        yield _field(label("flags", language), flags)


def _title(number: int, name: str, about: str) -> Text:
    return Text.assemble("\n", (f"{number}. {visible(name)}", "bold"), (f"  {visible(about)}", "dim"))


def _field(name: str, value: RenderableType) -> RenderableType:
    return Group(Text(name, "underline"), Padding(value, (0, 0, 0, 2)))


def _note(text: str) -> Text:
    return Text(text, "yellow")


def _passage(passage: Passage, language: Language) -> RenderableType:
    if passage.markup == "commonmark":
        return Markdown(passage.text.replace("\n", "  \n"))  # each line stays a line
    return _shortened(Text(visible(passage.text), overflow="fold"), passage, language)


def _diff(passage: Passage, language: Language) -> RenderableType:
    text = Text(overflow="fold")
    for line in visible(passage.text).split("\n"):
        text.append(f"{line}\n", _DIFF_STYLES.get(line[:1], ""))
    text.rstrip()
    return _shortened(text, passage, language)


def _shortened(text: Text, passage: Passage, language: Language) -> RenderableType:
    if not passage.left_out:
        return text
    return Group(text, _note("✂ " + label("left-out", language, n=passage.left_out)))
