"""Line breaking for Chinese: Rich and Textual break lines only at spaces, which Chinese does not write.

Both libraries cut a text into words before they fill lines, each with one generator function. `install` puts
in its place one that cuts further, wherever a line of Chinese may break: on either side of an East Asian
character, but not before closing punctuation and not after opening punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import rich._wrap
import textual._wrap

Words = Callable[[str], Iterable[tuple[int, int, str]]]

# Radicals, punctuation, kana, Han, compatibility forms, full-width forms, and the Han extensions.
_EAST_ASIAN = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_CLOSING = re.escape("，。、；：！？）］｝】」』》〉〕”’…—·～％,.;:!?)]}%")
_OPENING = re.escape("（［｛【「『《〈〔“‘￥([{")

_BREAK = re.compile(
    rf"(?<![{_OPENING}\s])(?![{_CLOSING}\s])(?:(?<=[{_EAST_ASIAN}])(?=.)|(?<=.)(?=[{_EAST_ASIAN}]))",
    re.DOTALL,
)


def install() -> None:
    """Let Rich and Textual break lines of Chinese. Calling it again changes nothing."""
    rich._wrap.words = _words  # type: ignore[assignment]
    textual._wrap.chunks = _chunks  # type: ignore[assignment]


def _finer(words: Words) -> Words:
    """`words`, each cut further where an East Asian line may break."""

    def cut(text: str) -> Iterator[tuple[int, int, str]]:
        if text.isascii():
            yield from words(text)
            return
        for start, end, _word in words(text):
            here = start
            for match in _BREAK.finditer(text, start + 1, end):
                yield here, match.start(), text[here : match.start()]
                here = match.start()
            yield here, end, text[here:end]

    return cut


_words = _finer(rich._wrap.words)
_chunks = _finer(textual._wrap.chunks)
