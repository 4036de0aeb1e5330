"""Anki's CSV: a card a question, its front and back as escaped HTML, its tags: track, level, type, topics.

Every field begins with a tag of HTML, so that no spreadsheet takes one for a formula. Square brackets are escaped too,
since Anki acts on `[sound:…]` and `[latex]`.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable
from html.parser import HTMLParser

from labs.grading.content import Level, Track
from quiz.bank.schema import (
    Cloze,
    LogDiagnosis,
    Matching,
    MultipleChoice,
    Numeric,
    Open,
    Ordering,
    Question,
    SingleChoice,
    SpotTheLine,
    Trace,
)
from quiz.exchange.filling import NO_MODEL_ANSWER, Filling, slug
from quiz.exchange.outcome import Exported, Imported, Malformed, Note
from quiz.exchange.prose import plain_lines
from quiz.presentation import key_text, presentation

HEADER = "#separator:Comma\n#html:true\n#columns:Front,Back,Tags\n#tags column:3\n"
NOTES = (
    Note(
        "",
        "a card is turned, not marked: feedback of wrong answers, tolerances, rubrics, code that computes keys, "
        "versions and the second language are dropped",
    ),
)
"""What no card carries."""
SEED = "anki"
"""Of the order in which options stand on a card."""
_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "colon": ":", "space": " "}
_BREAKS = frozenset({"br", "p", "div", "li", "ol", "ul", "pre", "tr", "hr"})
_UNSEEN = frozenset({"script", "style"})


def write_anki(placed: Iterable[tuple[Track, Question]], language: str) -> Exported:
    """A card for each question in one language, and what stays behind."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for track, question in placed:
        writer.writerow(
            [card_front(question, language), card_back(question, language), " ".join(tags(track, question))]
        )
    return Exported(HEADER + rows.getvalue(), NOTES)


def card_front(question: Question, language: str) -> str:
    """What is asked, as HTML."""
    prompt = _paragraph(question.prompt[language])
    order = presentation(question, SEED)
    match question:
        case SingleChoice() | MultipleChoice() | LogDiagnosis():
            texts = {option.key: option.text[language] for option in question.options}
            log = _code(question.log) if isinstance(question, LogDiagnosis) else ""
            return prompt + log + _list([texts[key] for key in order])
        case Numeric():
            return prompt + (_paragraph(f"({question.unit[language]})") if question.unit else "")
        case Ordering():
            texts = {item.key: item.text[language] for item in question.items}
            return prompt + _list([texts[key] for key in order])
        case Matching():
            right = {pair.key: pair.right[language] for pair in question.pairs}
            return prompt + _list([p.left[language] for p in question.pairs]) + _list([right[key] for key in order])
        case Cloze():
            return prompt + _paragraph(re.sub(r"\{\{([1-9])\}\}", r"(\1) ____", question.text[language]))
        case Trace():
            return prompt + _code(question.code)
        case SpotTheLine():
            numbered = enumerate(question.code.splitlines(), start=1)
            return prompt + _code("\n".join(f"{number:3}  {line}" for number, line in numbered))
        case Open():
            return prompt


def card_back(question: Question, language: str) -> str:
    """The key, why, and where to look it up, as HTML."""
    sources = [f"{source.title}, {source.where} {source.url}" for source in question.sources]
    parts = [key_text(question, language), question.explanation[language], *sources]
    return "".join(map(_paragraph, parts))


def tags(track: Track, question: Question) -> list[str]:
    """Anki parts tags at spaces, and nests them at `::`."""
    topics = [f"topic::{topic}" for topic in question.topics]
    return [f"track::{track}", f"level::{question.level}", f"type::{question.type}", *topics]


def read_anki(text: str, filling: Filling) -> Imported:
    """The cards of a file as open questions, each back as the model answer. Raises `Malformed`."""
    separator, body, skipped = _directives(plain_lines(text))
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    questions: list[Question] = []
    notes = [Note("", "cards become open questions: their backs are the model answers, rubrics are to be written")]
    line = skipped + 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                questions.append(_card(line, row, filling))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise Malformed(line, f"no valid CSV, {error}: export it as plain text from Anki again") from error
    return Imported(questions, notes)


def _directives(text: str) -> tuple[str, str, int]:
    """The separator, what stands below the lines `#key:value`, and how many these are."""
    separator = ","
    lines = text.split("\n")
    skipped = 0
    while skipped < len(lines) and lines[skipped].startswith("#"):
        key, _, value = lines[skipped][1:].partition(":")
        if key == "separator":
            separator = _SEPARATORS.get(value.strip().lower(), value[:1] or ",")
        skipped += 1
    return separator, "\n".join(lines[skipped:]), skipped


def _card(line: int, row: list[str], filling: Filling) -> Question:
    if len(row) < 2:
        raise Malformed(line, "a card has a front and a back: check which character separates the columns")
    front, back = _as_text(row[0]), _as_text(row[1])
    if not front:
        raise Malformed(line, "the front of this card is empty: fill it in or delete the card")
    parts = {
        "type": "open",
        "prompt": filling.text(front),
        "rubric": filling.rubric(),
        "model_answer": filling.text(back) if back else NO_MODEL_ANSWER,
    }
    return filling.question(line, Open, "", parts | _from_tags(row[2] if len(row) > 2 else ""))


def _from_tags(written: str) -> dict[str, object]:
    named = [tag.partition("::")[::2] for tag in written.split()]
    found: dict[str, object] = {}
    if levels := [value for kind, value in named if kind == "level" and value in set(Level)]:
        found["level"] = levels[0]
    if topics := [slug(value) for kind, value in named if kind == "topic" and slug(value)]:
        found["topics"] = list(dict.fromkeys(topics))
    return found


def _escape(text: str) -> str:
    return html.escape(plain_lines(text)).replace("[", "&#91;").replace("]", "&#93;")


def _paragraph(text: str) -> str:
    return f"<p>{_escape(text)}</p>".replace("\n", "<br>")


def _code(text: str) -> str:
    return f"<pre>{_escape(text)}</pre>".replace("\n", "<br>")


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{_escape(text)}</li>".replace("\n", "<br>") for text in texts)
    return f'<ol type="a">{items}</ol>'


class _Words(HTMLParser):
    """The text of a piece of HTML, a line break for whatever begins a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS and self.text and not self.text.endswith("\n\n"):
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag == "p" and self.text and not self.text.endswith("\n\n"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.text += data


def _as_text(field: str) -> str:
    words = _Words()
    words.feed(field)
    words.close()
    return words.text.strip()
