"""The filter: which tracks, types and levels the quiz asks about."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button

from tui.desk import Desk
from tui.screens.page import Page
from tui.selection import EVERYTHING, FACETS, Selection
from tui.widgets.keybar import KeyBar
from tui.widgets.phrase import Phrase, PhraseButton
from tui.widgets.ticks import Ticks


class FilterScreen(Page):
    """Three lists to tick, how many questions are left, and the way into them. The desk keeps what is ticked."""

    HELP = "help.filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,f", "start", "key.start", id="filter.start"),
        Binding("c", "clear", "key.clear", id="filter.clear"),
        Binding("right", "app.focus_next", "key.next-list", show=False, id="filter.next-list"),
        Binding("left", "app.focus_previous", "key.previous-list", show=False, id="filter.previous-list"),
    ]

    class Chosen(Message):
        """The person wants to be asked about these."""

        def __init__(self, selection: Selection) -> None:
            super().__init__()
            self.selection = selection

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        values = {**FACETS, "tracks": tuple(desk.tracks())}
        self._lists = {facet: Ticks(facet, values[facet], desk.filter.values(facet)) for facet in FACETS}
        self._count = Phrase(id="count", classes="heading")

    def compose(self) -> ComposeResult:
        yield Phrase("filter.lead", id="filter-lead")
        with Horizontal(id="facets"):
            yield from self._lists.values()
        yield self._count
        yield PhraseButton("filter.start", id="start", variant="primary")
        yield KeyBar()

    def on_mount(self) -> None:
        self._lists["tracks"].focus()
        self._say_count()

    @on(Ticks.Changed)
    def _select(self, event: Ticks.Changed) -> None:
        self.desk.filter = self.desk.filter.with_values(event.facet, event.ticked)
        self._say_count()

    def _say_count(self) -> None:
        answered, pending = len(self.desk.answered(self.desk.filter)), len(self.desk.pending(self.desk.filter))
        total = answered + pending
        self._count.say("filter.count" if total else "filter.nothing", total=total, answered=answered)

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Ask; a selection that holds nothing has said so already."""
        if self.desk.answered(self.desk.filter) or self.desk.pending(self.desk.filter):
            self.post_message(self.Chosen(self.desk.filter))

    def action_clear(self) -> None:
        self.desk.filter = EVERYTHING
        for ticks in self._lists.values():
            ticks.clear()
        self._say_count()
