"""Open questions: a text, which the person then marks by the rubric's points."""

from __future__ import annotations

from textual.app import ComposeResult

from quiz.bank.schema import Open
from quiz.response import Response
from tui.widgets.answers.answer import Answer
from tui.widgets.writing import Writing


class OpenAnswer(Answer):
    """Enter starts a new line here; ctrl+s and the button answer."""

    HELP = "help.open"

    def __init__(self, question: Open) -> None:
        super().__init__()

    def compose(self) -> ComposeResult:
        yield Writing()

    def take_focus(self) -> None:
        self.query_one(Writing).focus()

    def response(self) -> Response | None:
        text = self.query_one(Writing).text
        return {"text": text} if text.strip() else None
