"""The small pure parts: what is said after an answer, a line of CommonMark, text from strangers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.content import Language
from quiz.bank.loader import Bank
from quiz.marking import Mark, mark
from tests.tui.conftest import SAMPLE_BANK
from tui.explanation import explanation
from tui.markdown_line import inline
from tui.printable import plain
from tui.translation import preferred_language

QUESTIONS = {entry.question.id: entry.question for entry in Bank(Path(SAMPLE_BANK)).entries()}


def test_only_the_wrong_options_that_were_chosen_get_their_feedback():
    question = QUESTIONS["sample-multiple"]
    said = explanation(question, mark(question, {"choices": ["a", "b"]}))
    assert "Not two." in said.en
    assert "不是二。" in said.zh
    assert "About your answer" not in explanation(question, mark(question, {"choices": ["a"]})).en


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_key_explanation_and_sources_are_always_there(question):
    said = explanation(question, Mark(score=0.0))
    assert question.explanation.en in said.en
    assert question.explanation.zh in said.zh
    assert "<https://example.org/page>" in said.en
    # The title's brackets would be a link.
    assert r"A page \[with brackets\]" in said.en
    assert ("Right answer" in said.en) == (question.type != "open")


def test_code_in_a_key_is_no_markup():
    assert "~~~~\n[1, 2]\n2\n~~~~" in explanation(QUESTIONS["sample-trace"], Mark(score=0.0)).en
    spotted = explanation(QUESTIONS["sample-spot"], Mark(score=0.0))
    assert "~~~~\n3: return total * len(x)\n~~~~\n\nDivide." in spotted.en
    assert "应当相除。" in spotted.zh


def test_a_line_of_markdown():
    line = inline("the `second` of **two**, [linked](https://example.org) *here*")
    assert line.plain == "the second of two, linked here"
    assert {(line.plain[span.start : span.end], span.style) for span in line.spans} == {
        ("second", "$text-warning"),
        ("two", "bold"),
        ("here", "italic"),
    }


@given(st.text())
def test_any_line_of_markdown_can_be_shown(text):
    assert inline(text).get_height({}, 40) >= 1


@given(st.text())
def test_text_of_strangers_neither_acts_nor_is_lost(text):
    shown = plain(text)
    assert not shown.spans
    assert not any(ord(c) < 32 and c != "\n" for c in shown.plain)
    assert all(c in shown.plain for c in text if c.isalnum() and c.isascii())


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, Language.EN),
        ({"LANG": "de_DE.UTF-8"}, Language.EN),
        ({"LC_ALL": "", "LANG": "zh_TW"}, Language.ZH),
        ({}, Language.EN),
    ],
)
def test_the_language_comes_from_the_locale(monkeypatch, environment, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert preferred_language() is language
