"""The line above a question: which of how many, and of what kind."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from labs.grading.content import Language
from quiz.bank.loader import Entry
from quiz.report.labels import label
from tui.selection import Selection
from tui.strings import say
from tui.translation import follow_language, language_of


class Position(Static):
    """Number, track, type and level of the question shown, and of which selection it is one."""

    def __init__(self, selection: Selection, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._selection = selection
        self._place: tuple[Entry, int, int] | None = None

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def show(self, entry: Entry, number: int, total: int) -> None:
        self._place = (entry, number, total)
        self._translate(language_of(self))

    def clear(self) -> None:
        self._place = None
        self._translate(language_of(self))

    def _translate(self, language: Language) -> None:
        if self._place is None:
            self.update("")
            return
        entry, number, total = self._place
        names = [label(name, language) for name in (entry.track, entry.question.type, entry.question.level)]
        where = say("quiz.position", language, number=number, total=total)
        if chosen := self._selection.describe(language):
            names.append(say("quiz.filter", language, chosen=chosen))
        self.update(Content(" · ".join([where, *names])))
