"""What every screen shares: its help, its foot line and the way back."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from labs.grading.catalogue import Lab
from labs.grading.content import Language
from tui.desk import Desk
from tui.selection import Selection
from tui.strings import say
from tui.translation import language_of


class Page(Screen[None]):
    """A screen of the app. `HELP` names the phrase that says what the screen is for."""

    HELP: ClassVar[str]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "key.back", id="page.back")]

    class Chosen(Message):
        """The person wants to be asked about a selection, or to go to a lab or to another screen."""

        def __init__(self, goal: Selection | Lab | Literal["calculator", "filter", "map", "report"]) -> None:
            super().__init__()
            self.goal = goal

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def shown_language(self) -> Language:
        return language_of(self)

    def action_back(self) -> None:
        self.dismiss()

    def tell(self, key: str, *, warning: bool = False, **fields: object) -> None:
        """Say a phrase in passing."""
        text = say(key, self.shown_language, **fields)
        self.notify(text, severity="warning" if warning else "information", markup=False)

    def tell_fault(self, sentence: str) -> None:
        """Say what went wrong, in the words of what went wrong."""
        self.notify(sentence, severity="error", markup=False, timeout=15)
