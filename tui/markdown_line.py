"""One line of CommonMark (an option, an item) as Textual content: code, strong and emphasised spans."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from textual.content import Content

_STYLES = {"code_inline": "$text-warning", "strong_open": "bold", "em_open": "italic"}


@cache
def inline(markdown: str) -> Content:
    """The inline content of `markdown`; links and images show their text."""
    parts: list[tuple[str, str]] = []
    styles: list[str] = []
    (token,) = MarkdownIt().parseInline(markdown)
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append((" ", ""))
        elif child.type.endswith("_open"):
            styles.append(_STYLES.get(child.type, ""))
        elif child.type.endswith("_close"):
            styles.pop()
        else:
            parts.append((child.content, " ".join(filter(None, [*styles, _STYLES.get(child.type, "")]))))
    return Content.assemble(*parts)
