"""Code and logs, read only: long lines scroll sideways and are never wrapped."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import HorizontalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.widgets import Static

from tui.printable import plain


class Code(HorizontalScroll, can_focus=False):
    """A block of fixed text; Python is highlighted, a log is shown as a terminal would."""

    def __init__(self, text: str, *, python: bool) -> None:
        super().__init__()
        text = text.rstrip("\n")
        self._content: Content = highlight(text, language="python") if python else plain(text)

    def compose(self) -> ComposeResult:
        yield Static(self._content, markup=False)
