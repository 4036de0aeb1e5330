"""Open questions: a text, which the person then marks by the rubric's points."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from quiz.bank.schema import Open
from quiz.response import Response
from tui.widgets.answers.answer import Answer
from tui.widgets.writing import Writing


class OpenAnswer(Answer):
    """Enter starts a new line here; ctrl+s and the button answer."""

    HELP = "help.open"

    def __init__(self, question: Open) -> None:
        super().__init__()
        self._writing = Writing()

    def compose(self) -> ComposeResult:
        yield self._writing

    @property
    def first(self) -> Widget:
        return self._writing

    def response(self) -> Response | None:
        text = self._writing.text
        return {"text": text} if text.strip() else None
