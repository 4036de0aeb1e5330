"""Our reference beside the same idea in the libraries that people use: for whoever has passed the lab."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, ScrollableContainer
from textual.highlight import highlight
from textual.message import Message
from textual.widgets import Static

from labs.grading.catalogue import Lab
from labs.grading.content import Language
from tui.desk import Desk
from tui.library_place import reference_path
from tui.screens.page import Page
from tui.strings import say
from tui.translation import follow_language
from tui.widgets.keybar import KeyBar
from tui.widgets.library_code import Found, LibraryCode
from tui.widgets.phrase import Phrase


class ReferenceScreen(Page):
    """Two sides, each scrolled by itself: beside each other, or on a narrow terminal one above the other."""

    HELP = "help.reference"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "app.focus_next", "key.other-side", id="reference.tab")]

    class Read(Message):
        """What there is of each comparison of the lab, in their order."""

        def __init__(self, found: list[Found]) -> None:
            super().__init__()
            self.found = found

    def __init__(self, desk: Desk, lab: Lab) -> None:
        super().__init__(desk)
        self._lab = lab
        code = lab.reference.read_text(encoding="utf-8")
        language = lab.reference.suffix.removeprefix(".")
        self._ours = ScrollableContainer(Static(highlight(code, language=language), classes="code"), id="ours")
        self._comparisons = [LibraryCode(comparison) for comparison in lab.manifest.compare]
        self._theirs = ScrollableContainer(id="theirs")

    def compose(self) -> ComposeResult:
        with Container(id="sides"):
            yield self._ours
            with self._theirs:
                yield from self._comparisons
                if not self._comparisons:
                    yield Phrase("reference.nothing")
        yield KeyBar()

    def on_mount(self) -> None:
        follow_language(self, self._translate)
        self._ours.focus()
        self._read_libraries()

    def _translate(self, language: Language) -> None:
        self._ours.border_title = say("reference.ours", language, path=reference_path(self._lab))
        self._theirs.border_title = say("reference.theirs", language)

    @work(thread=True)
    def _read_libraries(self) -> None:
        from labs.grading.library_source import SourceNotFound, find_source

        found: list[Found] = []
        for comparison in self._lab.manifest.compare:
            try:
                found.append(find_source(comparison.object))
            except SourceNotFound as fault:
                found.append(fault)
        self.post_message(self.Read(found))

    @on(Read)
    def _show(self, event: Read) -> None:
        for comparison, found in zip(self._comparisons, event.found, strict=True):
            comparison.show(found)
