"""One place in a library that does what a lab's reference does, and what differs there."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.highlight import highlight
from textual.widgets import Static

from labs.grading.library_source import LibrarySource, SourceNotFound
from labs.grading.manifest import Comparison
from tui.library_place import place
from tui.widgets.phrase import Phrase
from tui.widgets.prose import Prose

Found = LibrarySource | SourceNotFound


class LibraryCode(VerticalGroup):
    """Where it stands, what differs, and the code, as soon as it was read."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._differs = comparison.differs

    def compose(self) -> ComposeResult:
        yield Phrase(classes="where")
        yield Phrase("reference.differs", classes="heading")
        yield Prose(self._differs)
        yield Static(classes="code", markup=False)

    def show(self, found: Found) -> None:
        self.query_one(".where", Phrase).say_text(place(found))
        if isinstance(found, LibrarySource):
            self.query_one(".code", Static).update(highlight(found.code, language="python"))
