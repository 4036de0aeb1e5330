"""Single choice and log diagnosis: exactly one option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from labs.grading.content import Language
from quiz.bank.schema import LogDiagnosis, MultipleChoice, Option, SingleChoice
from quiz.response import Response
from tui.markdown_line import inline
from tui.widgets.answers.answer import Answer
from tui.widgets.rows import Rows


class Options(Rows, Answer):
    """The options of a question in the order shown, each with a mark that says whether it is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "give", "key.answer", show=False, id="answer.give")]
    MARKS: ClassVar[tuple[str, str]]
    """Of an option not chosen, and of one chosen."""

    def __init__(self, question: SingleChoice | LogDiagnosis | MultipleChoice, order: Sequence[str]) -> None:
        super().__init__(len(order))
        by_key = {option.key: option for option in question.options}
        self.options: list[Option] = [by_key[key] for key in order]
        self.chosen: set[str] = set()
        self._revealed = False

    def marker(self, index: int) -> str:
        option = self.options[index]
        verdict = " "
        if self._revealed and option.correct:
            verdict = "✓"
        elif self._revealed and option.key in self.chosen:
            verdict = "✗"
        return f"{verdict}{self.MARKS[option.key in self.chosen]} {index + 1} "

    def content(self, index: int, language: Language) -> Content:
        return inline(self.options[index].text[language])

    def action_give(self) -> None:
        self.post_message(self.Given())

    def reveal(self) -> None:
        super().reveal()
        self._revealed = True
        self.redraw()


class SingleChoiceAnswer(Options):
    """The choice moves with the arrows, as in any group of radio buttons."""

    HELP = "help.single"
    MARKS = ("( )", "(•)")

    def action_move(self, step: int) -> None:
        if self.chosen:
            super().action_move(step)
        self.action_mark()

    def action_mark(self) -> None:
        self.chosen = {self.options[self.cursor].key}
        self.redraw()

    def response(self) -> Response | None:
        return {"choice": min(self.chosen)} if self.chosen else None


class MultipleChoiceAnswer(Options):
    """Several options, each marked for itself."""

    HELP = "help.multiple"
    MARKS = ("[ ]", "[x]")

    def action_mark(self) -> None:
        self.chosen ^= {self.options[self.cursor].key}
        self.redraw()

    def response(self) -> Response | None:
        return {"choices": sorted(self.chosen)} if self.chosen else None
