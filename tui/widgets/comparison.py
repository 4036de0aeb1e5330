"""The smallest input on which one's answer and the reference differ."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.widgets import ProgressBar, Static

from labs.grading.client import JudgeFault
from labs.grading.content import Language
from labs.grading.difference import Difference
from tui.comparison import rows
from tui.printable import printable
from tui.translation import follow_language, language_of
from tui.widgets.phrase import Phrase


class Comparison(VerticalGroup):
    """What came of the last comparison, or what is being waited for; nothing before the first."""

    def __init__(self) -> None:
        super().__init__()
        self._found: Difference | None = None

    def compose(self) -> ComposeResult:
        yield Phrase(id="comparison-status", classes="heading")
        yield ProgressBar(total=None, show_percentage=False, show_eta=False)
        yield Static(id="comparison-found", markup=False)

    def on_mount(self) -> None:
        self.clear()
        follow_language(self, self._translate)

    def clear(self) -> None:
        """Show nothing: what was compared was another answer."""
        self.display = False

    def wait(self) -> None:
        """Say that a comparison is running."""
        self._say("compare.running", None)
        self.query_one(ProgressBar).display = True

    def show(self, found: Difference | JudgeFault | None) -> None:
        """Show what came of it; None where no difference was found."""
        match found:
            case JudgeFault():
                self._say("results.fault", None, sentence=printable(str(found)))
            case None:
                self._say("compare.none", None)
            case _:
                self._say("compare.found" if found.alone else "compare.not-alone", found)
        self.query_one(ProgressBar).display = False

    def _say(self, key: str, found: Difference | None, **fields: str) -> None:
        self.display = True
        self._found = found
        self.query_one("#comparison-status", Phrase).say(key, **fields)
        self._translate(language_of(self))

    def _translate(self, language: Language) -> None:
        table = Table.grid(padding=(0, 2, 0, 0))
        for name, value in rows(self._found, language) if self._found else []:
            table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
        self.query_one("#comparison-found", Static).update(table)
