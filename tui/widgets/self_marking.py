"""Marking one's own open answer by the points of the rubric."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from labs.grading.content import Language
from quiz.bank.schema import Open
from quiz.report.labels import label
from tui.markdown_line import inline
from tui.widgets.phrase import Phrase
from tui.widgets.prose import Prose
from tui.widgets.rows import Rows


class SelfMarking(VerticalGroup):
    """The model answer, and the points to tick that one's own answer says."""

    def __init__(self, question: Open) -> None:
        super().__init__()
        self._question = question
        self._points = Points(question)

    def compose(self) -> ComposeResult:
        yield Phrase("open.model", classes="heading")
        yield Prose(self._question.model_answer)
        yield Phrase("open.tick", classes="heading")
        yield self._points

    @property
    def first(self) -> Widget:
        """What to choose from."""
        return self._points

    @property
    def points(self) -> dict[str, bool]:
        """Every point of the rubric, and whether it was ticked."""
        return {point.key: point.key in self._points.ticked for point in self._question.rubric}


class Points(Rows):
    """The rubric, a row a point."""

    HELP = "help.points"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "give", "key.save", show=False, id="answer.give")]

    class Given(Message):
        """The person pressed enter: the ticks are meant."""

    def __init__(self, question: Open) -> None:
        super().__init__(len(question.rubric))
        self._rubric = question.rubric
        self.ticked: set[str] = set()

    def marker(self, index: int) -> str:
        return f" [{'x' if self._rubric[index].key in self.ticked else ' '}] {index + 1} "

    def content(self, index: int, language: Language) -> Content:
        point = self._rubric[index]
        kind = Content.styled(f"{label(point.kind, language)}: ", "bold")
        return Content.assemble(kind, inline(point.text[language]))

    def action_mark(self) -> None:
        self.ticked ^= {self._rubric[self.cursor].key}
        self.redraw()

    def action_give(self) -> None:
        self.post_message(self.Given())
