"""Text that a person or an answer made, so that it shows what it is and does nothing.

Escaping of markup is the renderers' work (Jinja's autoescape, `rich.text.Text`). Here: characters that act on a
terminal or reorder a line, and sheer length.
"""

from __future__ import annotations

import json
import re
import unicodedata

_MAY_ACT = re.compile(r"[^\n\t -~\u3000-\u9fff\uff00-\uffef]")
"""A quick first sieve; `_acts` decides."""
_ACTING_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control characters (ANSI, OSC), format characters (bidi marks, zero width), surrogates, line separators."""
_JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji are written with; they only join their neighbours."""


def visible(text: str) -> str:
    """`text` with every acting character replaced by its name, in letters that every font has: `⟨U+001B⟩`.

    Newlines and tabs stay; CR LF is one newline. Text without acting characters is returned as it is.
    """
    return _MAY_ACT.sub(_name, text.replace("\r\n", "\n"))


def shorten(text: str, limit: int) -> tuple[str, int]:
    """At most `limit` characters of `text`, and how many were left out.

    Lone surrogates, which no encoding can write, become their escapes: `\\udc80`.
    """
    return text[:limit].encode("utf-8", "backslashreplace").decode(), max(0, len(text) - limit)


def escape_json(document: str) -> str:
    """A JSON document with acting characters as `\\uXXXX`: the same data, safe to print to a terminal."""
    return _MAY_ACT.sub(lambda found: json.dumps(found[0])[1:-1] if _acts(found[0]) else found[0], document)


def _name(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩" if _acts(found[0]) else found[0]


def _acts(character: str) -> bool:
    return unicodedata.category(character) in _ACTING_CATEGORIES and character not in _JOINERS
