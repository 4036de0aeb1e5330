"""Numeric and trace: one line to type."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.widget import Widget
from textual.widgets import Input, Static

from labs.grading.content import Language
from quiz.bank.schema import Numeric, Trace
from quiz.response import Response
from tui.markdown_line import inline
from tui.strings import say
from tui.translation import follow_language
from tui.widgets.answers.answer import Answer
from tui.widgets.code import Code

MAX_LENGTH = 400


class NumericAnswer(Answer):
    """A number as one types it, with its unit beside the field."""

    HELP = "help.numeric"

    def __init__(self, question: Numeric) -> None:
        super().__init__()
        self._question = question
        self._line = Input(max_length=MAX_LENGTH, compact=True)
        self._unit = Static(classes="unit", markup=False)

    def compose(self) -> ComposeResult:
        with HorizontalGroup():
            yield Static("▸ ", markup=False, classes="unit")
            yield self._line
            yield self._unit

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def _translate(self, language: Language) -> None:
        unit = self._question.unit
        self._unit.update(inline(unit[language]) if unit else "")
        self._line.placeholder = say("answer.number", language)

    @on(Input.Submitted)
    def _give(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given())

    @property
    def first(self) -> Widget:
        return self._line

    def response(self) -> Response | None:
        value = self._line.value.strip()
        return {"value": value} if value else None


class TraceAnswer(Answer):
    """Code, and a line for what it prints; white space never counts, so a line break may be typed as a space."""

    HELP = "help.trace"

    def __init__(self, question: Trace) -> None:
        super().__init__()
        self._question = question
        self._line = Input(max_length=MAX_LENGTH, compact=True)

    def compose(self) -> ComposeResult:
        yield Code(self._question.code, python=True)
        with HorizontalGroup():
            yield Static("▸ ", markup=False, classes="unit")
            yield self._line

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def _translate(self, language: Language) -> None:
        self._line.placeholder = say("answer.output", language)

    @on(Input.Submitted)
    def _give(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given())

    @property
    def first(self) -> Widget:
        return self._line

    def response(self) -> Response | None:
        value = self._line.value
        return {"output": value} if value.strip() else None
