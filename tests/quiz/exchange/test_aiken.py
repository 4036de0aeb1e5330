"""Aiken: single choice comes back, everything else is named, a fault has its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grading.content import Language
from quiz.bank.schema import QUESTION_TYPES, SingleChoice
from quiz.exchange.aiken import read_aiken, write_aiken
from quiz.exchange.outcome import Malformed
from quiz.exchange.prose import one_line
from tests.quiz.exchange.samples import common, filling, options, sample

GOOD = "Q?\nA. one\nB) two\nC. three\nANSWER: B\n"


@settings(max_examples=25, deadline=None)
@given(parts=common("single"), choices=options(1), language=st.sampled_from(Language))
def test_single_choice_comes_back(parts, choices, language: Language):
    question = SingleChoice.model_validate(parts | {"options": choices})
    exported = write_aiken([question], language)
    if any(note.sentence.startswith("left out") for note in exported.notes):
        assert exported.text == ""
        return
    (imported,) = read_aiken(exported.text, filling(language)).questions
    assert isinstance(imported, SingleChoice)
    assert imported.prompt[language] == one_line(question.prompt[language])
    assert imported.correct_keys == {"abcdefgh"[i] for i, o in enumerate(question.options) if o.correct}
    assert [o.text[language] for o in imported.options] == [one_line(o.text[language]) for o in question.options]


def test_what_is_not_single_choice_is_named():
    exported = write_aiken(sample(), "en")
    left_out = [note for note in exported.notes if note.sentence.startswith("left out")]
    assert len(left_out) == len(QUESTION_TYPES) - 1
    assert exported.text.count("ANSWER:") == 1


@pytest.mark.parametrize("prompt", ["A. trap", "ANSWER: A", "B)\ttrap"])
def test_a_prompt_that_aiken_would_misread_is_left_out(prompt: str):
    (question,) = (q for q in sample() if isinstance(q, SingleChoice))
    spoilt = question.model_copy(update={"prompt": question.prompt.model_copy(update={"en": prompt})})
    assert write_aiken([spoilt], "en").text == ""


def test_questions_of_others_are_read():
    imported = read_aiken(f"\n{GOOD}\n\nYes or no?\r\nA) yes\r\nB) no\r\nANSWER: A", filling())
    assert [question.correct_keys for question in imported.questions] == [{"b"}, {"a"}]
    assert [len(question.options) for question in imported.questions] == [3, 3]
    assert "fillers" in imported.notes[0].sentence


@pytest.mark.parametrize(
    ("written", "line", "says"),
    [
        (f"{GOOD}\nQ?\nA. one\nB. two\n", 7, "ANSWER"),
        ("A. one\nB. two\nANSWER: A", 1, "missing"),
        ("Q?\nA. one\nC. two\nANSWER: A", 3, "option B"),
        ("Q?\nmore\nA. one\nB. two\nANSWER: A", 2, "option A"),
        ("Q?\nA. one\nB. two\nANSWER: C", 4, "letter"),
        ("Q?\nA. one\nB. two\nANSWER:", 4, "letter"),
        ("Q?\nA. one\nANSWER: A", 1, "1 options"),
        ("ANSWER: A", 1, "missing"),
        ("Q?\n" + "".join(f"{c}. x\n" for c in "ABCDEFGHI") + "ANSWER: A", 1, "9 options"),
    ],
)
def test_what_is_no_aiken_is_refused_with_its_line(written: str, line: int, says: str):
    with pytest.raises(Malformed, match=says) as refused:
        read_aiken(written, filling())
    assert refused.value.line == line
