"""A list of lines that one can walk, point at and mark: what most answers are made of."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from labs.grading.content import Language
from tui.translation import follow_language, language_of


class Row(HorizontalGroup):
    """One line: a marker that says its state without colour, and its text, wrapped beside the marker."""

    class Pointed(Message):
        """The row was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        self.marker = Static(classes="marker", markup=False)
        self.text = Static(classes="text", markup=False)

    def compose(self) -> ComposeResult:
        yield self.marker
        yield self.text

    def on_click(self) -> None:
        self.post_message(self.Pointed(self.index))


class Rows(VerticalGroup, can_focus=True):
    """`length` rows with a cursor. A subclass says what a row shows, and what pointing at it and space do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "key.up", show=False, id="rows.up"),
        Binding("down", "move(1)", "key.down", show=False, id="rows.down"),
        Binding("space", "mark", "key.mark", show=False, id="rows.mark"),
    ]
    NUMBERED: ClassVar[bool] = True
    """Whether digits and letters point at rows."""

    cursor: reactive[int] = reactive(0)

    def __init__(self, length: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = [Row(i) for i in range(length)]

    def compose(self) -> ComposeResult:
        yield from self._rows

    def on_mount(self) -> None:
        follow_language(self, lambda _: self.redraw())

    def marker(self, index: int) -> str:
        """What stands before row `index`; the same width for every row."""
        raise NotImplementedError

    def content(self, index: int, language: Language) -> Content:
        """What row `index` says."""
        raise NotImplementedError

    def point(self, index: int) -> None:
        """A digit, a letter or a click named row `index`."""
        self.cursor = index
        self.action_mark()

    def action_mark(self) -> None:
        """Space was pressed on the row at the cursor."""

    def action_move(self, step: int) -> None:
        self.cursor = max(0, min(len(self._rows) - 1, self.cursor + step))

    def redraw(self) -> None:
        for row in self._rows:
            row.marker.update(Content(self.marker(row.index)))
            row.text.update(self.content(row.index, language_of(self)))

    def watch_cursor(self, cursor: int) -> None:
        for row in self._rows:
            row.set_class(row.index == cursor, "-cursor")
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self.is_attached and self._rows:
            self._rows[self.cursor].scroll_visible(animate=False)

    def on_row_pointed(self, event: Row.Pointed) -> None:
        event.stop()
        self.focus()
        self.point(event.index)

    def on_key(self, event: events.Key) -> None:
        index = _named(event.character or "") if self.NUMBERED else None
        if index is not None and index < len(self._rows):
            event.stop()
            self.point(index)
            self._show_cursor()
        elif event.key == "space":  # marks the row at the cursor, which may be scrolled out of view
            self._show_cursor()


def _named(character: str) -> int | None:
    """The row that a digit from 1 or a letter from a names."""
    if len(character) == 1 and character in "123456789":
        return int(character) - 1
    if len(character) == 1 and character in "abcdefgh":
        return ord(character) - ord("a")
    return None
