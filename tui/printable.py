"""Text that a person or an answer made, made fit to show: no markup, no characters that act on a terminal."""

from __future__ import annotations

from textual.content import Content

from quiz.report.untrusted import visible


def printable(text: str) -> str:
    """`text` with every acting character shown by a visible name, and tabs as spaces."""
    return visible(text.expandtabs(4))


def plain(text: str) -> Content:
    """`text` for a widget, taken literally: square brackets are no markup."""
    return Content(printable(text))
