"""Matching: for each left side, the right side that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from labs.grading.content import Language
from quiz.bank.schema import Matching
from quiz.response import Response
from tui.markdown_line import inline
from tui.widgets.answers.answer import Answer
from tui.widgets.rows import Rows


class MatchingAnswer(Answer):
    """Left sides above with what was chosen for each; right sides below, lettered."""

    HELP = "help.matching"

    def __init__(self, question: Matching, right_order: Sequence[str]) -> None:
        super().__init__()
        self._left = LeftSides(question, right_order)
        self._right = RightSides(question, right_order)

    def compose(self) -> ComposeResult:
        yield self._left
        yield self._right

    def on_right_sides_chosen(self, event: RightSides.Chosen) -> None:
        event.stop()
        self._left.choose(event.index)

    @property
    def first(self) -> Widget:
        return self._left

    def response(self) -> Response | None:
        return {"pairs": dict(self._left.chosen)} if self._left.complete else None

    def reveal(self) -> None:
        super().reveal()
        self._left.reveal()


class LeftSides(Rows):
    """A letter chooses for the row at the cursor and goes on to the next; left and right walk through the choices."""

    NUMBERED = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "key.previous-choice", show=False, id="matching.previous"),
        Binding("right", "turn(1)", "key.next-choice", show=False, id="matching.next"),
        Binding("enter", "give", "key.answer", show=False, id="answer.give"),
    ]

    def __init__(self, question: Matching, right_order: Sequence[str]) -> None:
        super().__init__(len(question.pairs))
        self._pairs = question.pairs
        self._right_order = list(right_order)
        self._revealed = False
        self.chosen: dict[str, str] = {}
        """Key of the left side to key of the right side."""

    @property
    def complete(self) -> bool:
        return len(self.chosen) == len(self._pairs)

    def marker(self, index: int) -> str:
        key = self._pairs[index].key
        letter = _letter(self._right_order.index(self.chosen[key])) if key in self.chosen else "?"
        sign = " "
        if self._revealed:
            sign = "✓" if self.chosen.get(key) == key else "✗"
        return f"{sign}[{letter}] "

    def content(self, index: int, language: Language) -> Content:
        return inline(self._pairs[index].left[language])

    def on_key(self, event: events.Key) -> None:
        index = ord(event.character) - ord("a") if event.character and len(event.character) == 1 else -1
        if 0 <= index < len(self._right_order):
            event.stop()
            self.choose(index)

    def point(self, index: int) -> None:
        self.cursor = index

    def choose(self, right: int) -> None:
        """Give the row at the cursor the right side shown at `right`, and go to the next row."""
        self._pair(self._right_order[right])
        self.action_move(1)

    def action_turn(self, step: int) -> None:
        key = self._pairs[self.cursor].key
        now = self._right_order.index(self.chosen[key]) if key in self.chosen else (-1 if step > 0 else 0)
        self._pair(self._right_order[(now + step) % len(self._right_order)])

    def _pair(self, right: str) -> None:
        """A right side belongs to one left side: whichever had it before gives it up."""
        self.chosen = {left: other for left, other in self.chosen.items() if other != right}
        self.chosen[self._pairs[self.cursor].key] = right
        self.redraw()

    def action_give(self) -> None:
        self.post_message(Answer.Given())

    def reveal(self) -> None:
        self._revealed = True
        self.redraw()


class RightSides(Rows, can_focus=False):
    """The choices; a click gives one to the left side at the cursor."""

    class Chosen(Message):
        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, question: Matching, right_order: Sequence[str]) -> None:
        super().__init__(len(right_order))
        by_key = {pair.key: pair.right for pair in question.pairs}
        self._texts = [by_key[key] for key in right_order]

    def marker(self, index: int) -> str:
        return f" {_letter(index)}.  "

    def content(self, index: int, language: Language) -> Content:
        return inline(self._texts[index][language])

    def point(self, index: int) -> None:
        self.post_message(self.Chosen(index))


def _letter(index: int) -> str:
    return chr(ord("a") + index)
