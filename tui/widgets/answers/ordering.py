"""Ordering: items to be put in their right order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from labs.grading.content import Language
from quiz.bank.schema import Ordering
from quiz.response import Response
from tui.markdown_line import inline
from tui.widgets.answers.answer import Answer
from tui.widgets.rows import Rows


class OrderingAnswer(Rows, Answer):
    """Space picks an item up, the arrows carry it, space puts it down; a click picks up, the next puts down there."""

    HELP = "help.ordering"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+up,left_square_bracket", "carry(-1)", "key.carry-up", show=False, id="ordering.up"),
        Binding("shift+down,right_square_bracket", "carry(1)", "key.carry-down", show=False, id="ordering.down"),
        Binding("enter", "give", "key.answer", show=False, id="answer.give"),
    ]

    def __init__(self, question: Ordering, order: Sequence[str]) -> None:
        super().__init__(len(order))
        self._texts = {item.key: item.text for item in question.items}
        self._right = [item.key for item in question.items]
        self._shown = list(order)
        self._order = list(order)
        self._held = False
        self._revealed = False

    def marker(self, index: int) -> str:
        if self._revealed:
            sign = "✓" if self._order[index] == self._right[index] else "✗"
        else:
            sign = "↕" if self._held and index == self.cursor else " "
        return f"{sign} {index + 1}. "

    def content(self, index: int, language: Language) -> Content:
        return inline(self._texts[self._order[index]][language])

    def point(self, index: int) -> None:
        if self._held:
            self.action_carry(index - self.cursor)
        self.cursor = index
        self.action_mark()

    def action_mark(self) -> None:
        self._held = not self._held
        self.redraw()

    def action_move(self, step: int) -> None:
        if self._held:
            self.action_carry(step)
        else:
            super().action_move(step)

    def action_carry(self, step: int) -> None:
        """Move the item at the cursor `step` places."""
        target = max(0, min(len(self._order) - 1, self.cursor + step))
        self._order.insert(target, self._order.pop(self.cursor))
        self.cursor = target
        self.redraw()

    def action_give(self) -> None:
        self.post_message(self.Given())

    def response(self) -> Response | None:
        # The order shown is never the right one: a stray Enter must not give it as an answer.
        return {"order": list(self._order)} if self._order != self._shown else None

    def reveal(self) -> None:
        super().reveal()
        self._held, self._revealed = False, True
        self.redraw()
