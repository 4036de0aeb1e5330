"""Text that a person or an answer made, made fit to show: no markup, no control characters."""

from __future__ import annotations

import re

from textual.content import Content

# C0 but tab and newline, DEL, C1, and the marks that reorder a line without being seen.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` with each control character shown as its escape, so that no terminal acts on it."""
    plain = text.replace("\r\n", "\n").expandtabs(4)
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", plain)


def plain(text: str) -> Content:
    """`text` for a widget, taken literally: square brackets are no markup."""
    return Content(printable(text))
