"""A list of names to tick, any number of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.message import Message

from labs.grading.content import Language
from quiz.report.labels import label
from tui.selection import Facet
from tui.strings import say
from tui.translation import language_of
from tui.widgets.rows import Rows


class Ticks(Rows):
    """The values of one facet by their labels; the border says which facet it is."""

    HELP = "help.ticks"
    NUMBERED = False

    class Changed(Message):
        def __init__(self, facet: Facet, ticked: frozenset[str]) -> None:
            super().__init__()
            self.facet, self.ticked = facet, ticked

    def __init__(self, facet: Facet, values: Sequence[str], ticked: Iterable[str]) -> None:
        super().__init__(len(values), id=facet)
        self._facet: Facet = facet
        self._values = values
        self._ticked = set(ticked)

    def marker(self, index: int) -> str:
        return f"[{'x' if self._values[index] in self._ticked else ' '}] "

    def content(self, index: int, language: Language) -> Content:
        return Content(label(self._values[index], language))

    def redraw(self) -> None:
        super().redraw()
        self.border_title = say(f"filter.{self._facet}", language_of(self))

    def action_mark(self) -> None:
        self._ticked ^= {self._values[self.cursor]}
        self.redraw()
        self.post_message(self.Changed(self._facet, frozenset(self._ticked)))

    def clear(self) -> None:
        """Take every tick away, without telling."""
        self._ticked.clear()
        self.redraw()
