"""What can go wrong with a text in two languages: parity of zh and en, and CommonMark's traps in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from labs.grading.content import Language, Text

# Without `text_join` an escaped `\*` stays a token of its own and is not taken for a mark of emphasis.
_COMMONMARK = MarkdownIt("commonmark").disable("text_join")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
"""Han characters, kana and full-width punctuation: never set off by spaces."""
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPELT_OUT = {word: n for words in (_ENGLISH, "一二三四五六七八九十") for n, word in enumerate(words, start=1)}
_SPELT_OUT["两"] = 2
_WORD = re.compile(rf"\b(?:{'|'.join(_ENGLISH)})\b|[一二三四五六七八九十两]", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[0-9]+(?:\.[0-9]+)?")


def parity_faults(text: Text, *, asked: bool) -> Iterator[str]:
    """Where the two languages say different things.

    What is written as code must be the same; in a text that is `asked` also as often, and with the same numbers
    (up to ten also in words). An explanation may repeat itself more in one language than in the other.
    """
    en, zh = (_tokens(text[language]) for language in (Language.EN, Language.ZH))
    en_code, zh_code = _code_spans(en), _code_spans(zh)
    if not asked:
        en_code, zh_code = Counter(set(en_code)), Counter(set(zh_code))
    yield from _difference("inline code", en_code, zh_code)
    yield from _difference("code blocks", _code_blocks(en), _code_blocks(zh))
    if asked:
        yield from _different_numbers(en, zh)


def markup_faults(text: str) -> Iterator[str]:
    """CommonMark that does not come out as it was meant: one sentence each, with what to write instead."""
    for line in _inline(_tokens(text)):
        visible = next((t.content for t in line if t.type == "text" and "**" in t.content), None)
        if visible is not None:
            yield (
                f"`**` stays visible near {_around(visible, '**')}: with punctuation or code on its inner side and a "
                "letter on its outer side it makes nothing bold; put the punctuation outside"
            )
        shown = "".join(_shown(token) for token in line)
        for broken in re.finditer(r"\n| ", shown):
            before, after = shown[: broken.start()][-1:], shown[broken.end() :][:1]
            if _WIDE.match(before) and _WIDE.match(after):
                here = shown[max(0, broken.start() - 6) : broken.end() + 6].replace("\n", " ")
                yield (
                    f"a space appears between Chinese characters in {here!r}, from a line break or typed; "
                    "write a Chinese paragraph on one line"
                )


def _tokens(text: str) -> list[Token]:
    return _COMMONMARK.parse(text)


def _inline(tokens: list[Token]) -> Iterator[list[Token]]:
    return (token.children for token in tokens if token.children)


def _shown(token: Token) -> str:
    if token.type == "softbreak":
        return "\n"
    # Spaces in code and beside it are the author's: any narrow character may stand for the code.
    return "x" if token.type in ("code_inline", "hardbreak") else token.content


def _around(content: str, mark: str) -> str:
    at = content.index(mark)
    return repr(content[max(0, at - 8) : at + 10])


def _code_spans(tokens: list[Token]) -> Counter[str]:
    return Counter(t.content for line in _inline(tokens) for t in line if t.type == "code_inline")


def _code_blocks(tokens: list[Token]) -> Counter[str]:
    """Without comments, which each language writes for its own readers."""
    blocks = (t.content for t in tokens if t.type in ("fence", "code_block"))
    return Counter(re.sub(r"[ \t]*#.*", "", block).strip() for block in blocks)


def _numbers(tokens: list[Token]) -> tuple[set[str], set[str]]:
    """The numbers written in digits, without separators, and those up to ten that are spelt out."""
    words = " ".join(t.content for line in _inline(tokens) for t in line if t.type == "text")
    plain = re.sub(r"(?<=[0-9])[,_ ](?=[0-9]{3}(?![0-9]))", "", unicodedata.normalize("NFKC", words))
    spelt = {str(_SPELT_OUT[word.lower()]) for word in _WORD.findall(plain)}
    return set(_NUMBER.findall(plain)), spelt


def _different_numbers(en: list[Token], zh: list[Token]) -> Iterator[str]:
    (en_digits, en_spelt), (zh_digits, zh_spelt) = _numbers(en), _numbers(zh)
    yield from _difference(
        "numbers", Counter(en_digits - zh_spelt - zh_digits), Counter(zh_digits - en_spelt - en_digits)
    )


def _difference(what: str, en: Counter[str], zh: Counter[str]) -> Iterator[str]:
    if en != zh:
        only = {"only in en": sorted((en - zh).elements()), "only in zh": sorted((zh - en).elements())}
        found = "; ".join(f"{where}: {', '.join(names)}" for where, names in only.items() if names)
        yield f"the {what} of en and zh differ ({found})"
