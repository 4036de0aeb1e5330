"""Nothing that acts gets through, nothing else is touched."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.report.untrusted import escape_json, shorten, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))
HARMLESS = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), include_characters="\n\t"))


@given(ANY_TEXT)
def test_nothing_that_acts_is_left(text: str):
    left = set(visible(text)) - set("\n\t\u200c\u200d")
    assert not [c for c in left if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert visible(visible(text)) == visible(text)


@given(HARMLESS)
def test_harmless_text_stays_as_it_is(text: str):
    assert visible(text) == text
    assert escape_json(text) == text
    assert shorten(text, len(text)) == (text, 0)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("\x1b]8;;https://evil\x07click", "⟨U+001B⟩]8;;https://evil⟨U+0007⟩click"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"),
        ("\u200b\ufeff\u2028", "⟨U+200B⟩⟨U+FEFF⟩⟨U+2028⟩"),
        ("\0\r\x7f", "⟨U+0000⟩⟨U+000D⟩⟨U+007F⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("one\r\ntwo", "one\ntwo"),
        ("👩‍🔧 שלום 中文", "👩‍🔧 שלום 中文"),
    ],
)
def test_acting_characters_are_named(typed: str, shown: str):
    assert visible(typed) == shown


@given(ANY_TEXT, st.integers(0, 40))
def test_shortened_text_can_be_written_and_adds_up(text: str, limit: int):
    kept, left_out = shorten(text, limit)
    kept.encode()
    assert len(text[:limit]) + left_out == len(text)


@given(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3))
def test_escaped_json_is_the_same_data(data: dict[str, str]):
    document = escape_json(json.dumps(data, ensure_ascii=False))
    assert json.loads(document) == json.loads(json.dumps(data))
    assert visible(document) == document
