"""Spot the line: code whose wrong lines are to be marked."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.highlight import highlight

from labs.grading.content import Language
from quiz.bank.schema import SpotTheLine
from quiz.response import Response
from tui.widgets.answers.answer import Answer
from tui.widgets.rows import Rows


class SpotTheLineAnswer(Rows, Answer):
    """The code with its line numbers; a marked line carries a cross in its box."""

    HELP = "help.spot-the-line"
    NUMBERED = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "give", "key.answer", show=False, id="answer.give")]

    def __init__(self, question: SpotTheLine) -> None:
        self._lines = highlight(question.code.rstrip("\n"), language="python").split("\n", allow_blank=True)
        super().__init__(len(self._lines))
        self._wrong = set(question.wrong_lines)
        self._marked: set[int] = set()
        self._revealed = False

    def marker(self, index: int) -> str:
        line = index + 1
        box = "[x]" if line in self._marked else "[ ]"
        sign = " "
        if self._revealed and line in self._wrong | self._marked:
            sign = "✓" if line in self._wrong else "✗"
        return f"{sign}{box} {line:2} "

    def content(self, index: int, language: Language) -> Content:
        return self._lines[index]

    def action_mark(self) -> None:
        self._marked ^= {self.cursor + 1}
        self.redraw()

    def action_give(self) -> None:
        self.post_message(self.Given())

    def response(self) -> Response | None:
        return {"lines": sorted(self._marked)} if self._marked else None

    def reveal(self) -> None:
        super().reveal()
        self._revealed = True
        self.redraw()
