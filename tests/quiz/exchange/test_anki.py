"""Anki: every question is a card, nothing in it is markup or a formula; cards of others become open questions."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import pytest

from labs.grading.content import Language, Text, Track
from quiz.exchange.anki import HEADER, read_anki, write_anki
from quiz.exchange.outcome import Malformed
from quiz.presentation import key_text
from tests.quiz.exchange.samples import HOSTILE, filling, sample


class Tags(HTMLParser):
    def __init__(self, field: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(field)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.text += "\n" * (tag == "br")

    def handle_data(self, data):
        self.text += data


def rows(text: str) -> list[list[str]]:
    assert text.startswith(HEADER)
    return list(csv.reader(io.StringIO(text.removeprefix(HEADER), newline="")))


@pytest.mark.parametrize("language", Language)
def test_every_question_is_a_card(language: Language):
    questions = sample()
    cards = rows(write_anki([(Track.PEFT, question) for question in questions], language).text)
    for question, (front, back, tags) in zip(questions, cards, strict=True):
        assert question.prompt[language] in Tags(front).text
        assert key_text(question, language).strip() in Tags(back).text
        assert {"track::peft", f"level::{question.level}", f"type::{question.type}"} <= set(tags.split())
        assert {f"topic::{topic}" for topic in question.topics} <= set(tags.split())


@pytest.mark.parametrize("payload", HOSTILE)
def test_texts_are_text(payload: str):
    said = Text(en=payload, zh=payload)
    hostile = [question.model_copy(update={"prompt": said, "explanation": said}) for question in sample()]
    for front, back, _ in rows(write_anki([(Track.PEFT, question) for question in hostile], "en").text):
        for field in (front, back):
            assert field.startswith("<p>")
            assert Tags(field).tags <= {"p", "ol", "li", "pre", "br"}
            assert "[sound" not in field
            assert "[latex" not in field


@pytest.mark.parametrize("language", Language)
def test_front_back_level_and_topics_come_back(language: Language):
    questions = sample()
    imported = read_anki(write_anki([(Track.PEFT, q) for q in questions], language).text, filling(language)).questions
    for before, after in zip(questions, imported, strict=True):
        assert after.type == "open"
        assert before.prompt[language] in after.prompt[language]
        assert key_text(before, language).split("\n")[0] in after.model_answer[language]
        assert (after.level, after.topics) == (before.level, before.topics)


def test_cards_of_others_are_read():
    written = '#separator:tab\n#html:true\n<b>2</b>&nbsp;+ 2?<br>Say.\t4<script>x()</script>\n"a ""b""\nc"\td\n'
    first, second = read_anki(written, filling()).questions
    assert first.prompt.en == "2\xa0+ 2?\nSay."
    assert first.model_answer.en == "4"
    assert second.prompt.en == 'a "b"\nc'


@pytest.mark.parametrize(
    ("written", "line", "says"),
    [
        ("#html:true\na,b\nonly", 3, "front and a back"),
        ("a,b\n<br>,b", 2, "empty"),
        ('a,b\n"c\n\n,d', 2, "CSV"),
        ("a,b\n" + "x" * 200_000 + ",b", 2, "CSV"),
        ("x" * 30_000 + ",b", 1, "longer than"),
    ],
)
def test_what_is_no_deck_is_refused_with_its_line(written: str, line: int, says: str):
    with pytest.raises(Malformed, match=says) as refused:
        read_anki(written, filling())
    assert refused.value.line == line
