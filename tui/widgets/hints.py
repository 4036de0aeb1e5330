"""The three hints of a lab, each shown when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Button

from labs.grading.content import Text
from tui.widgets.phrase import Phrase, PhraseButton
from tui.widgets.prose import Prose


class Hints(VerticalScroll):
    """Where to look, what to do, how to write it: one after the other."""

    HELP = "help.hints"

    class Taken(Message):
        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number
            """From 1."""

    def __init__(self, hints: Sequence[Text], taken: int) -> None:
        super().__init__()
        self._hints = hints
        self._taken = min(taken, len(hints))

    def compose(self) -> ComposeResult:
        yield Phrase("hints.lead", classes="heading")
        for number in range(1, self._taken + 1):
            yield from self._shown(number)
        yield PhraseButton("hints.next", id="next-hint")

    def on_mount(self) -> None:
        self._show_button()

    @on(Button.Pressed, "#next-hint")
    async def take(self) -> None:
        """Show one hint more, if there is one."""
        if self._taken < len(self._hints):
            self._taken += 1
            await self.mount(*self._shown(self._taken), before="#next-hint")
            self.post_message(self.Taken(self._taken))
            self._show_button()
            self.scroll_end(animate=False)

    def _shown(self, number: int) -> list[Phrase | Prose]:
        heading = Phrase("hints.number", classes="heading", number=number, total=len(self._hints))
        return [heading, Prose(self._hints[number - 1])]

    def _show_button(self) -> None:
        self.query_one("#next-hint").display = self._taken < len(self._hints)
