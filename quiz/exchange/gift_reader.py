"""Reading GIFT: choice, true or false, numbers, pairs, short answers, a missing word, essays."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quiz.bank.schema import Cloze, Matching, MultipleChoice, Numeric, Open, Question, SingleChoice
from quiz.exchange.filling import FILL_IN, KEYS, NO_FUNCTION, NO_MODEL_ANSWER, Filling, M
from quiz.exchange.gift import MARKERS
from quiz.exchange.outcome import Imported, Malformed, Note
from quiz.exchange.prose import plain_lines

_BLANKS = " \t\n"
_TITLE = re.compile(r"::(?P<title>(?:\\.|(?!::)[^\\])*+)::", re.S)
_BODY = re.compile(
    r"(?P<before>(?:\\.|[^\\{}])*+)\{(?P<inside>(?:\\.|[^\\{}])*+)\}(?P<after>(?:\\.|[^\\{}])*+)\Z", re.S
)
_NO_BRACES = re.compile(r"(?:\\.|[^\\{}])*+\Z", re.S)
_GENERAL = re.compile(r"(?P<answers>(?:\\.|(?!####)[^\\])*+)(?:####(?P<general>.*))?\Z", re.S)
_ANSWER = re.compile(r"(?P<sign>[=~])(?P<said>(?:\\.|[^\\=~])*+)", re.S)
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,10})?)%")
_FEEDBACK = re.compile(r"(?P<said>(?:\\.|[^\\#])*+)(?:#(?P<feedback>.*))?\Z", re.S)
_NUMBER = r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?"
_VALUE = re.compile(
    rf"\s*(?:(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})|(?P<value>{_NUMBER})(?:\s*:\s*(?P<off>{_NUMBER}))?)\s*\Z"
)
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")


def read_gift(text: str, filling: Filling) -> Imported:
    """The questions of a GIFT file. Raises `Malformed`."""
    questions: list[Question] = []
    notes: list[Note] = []
    for block in _blocks(plain_lines(text), notes):
        read = _Reader(block, filling, notes).question()
        if read is not None:
            questions.append(read)
    return Imported(questions, notes)


def unescape(text: str) -> str:
    """What was meant; a backslash in front of anything else stands for itself."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


@dataclass(frozen=True)
class _Block:
    line: int
    """Where it begins, from 1."""
    text: str


@dataclass(frozen=True)
class _Answer:
    sign: str
    weight: float | None
    """Per cent; None where none is written."""
    raw: str
    """Escaped, without weight and feedback."""
    whole: str
    """Escaped, with both: pairs have neither."""
    feedback: str

    @property
    def text(self) -> str:
        return _literal(self.raw)

    @property
    def share(self) -> float:
        return self.weight if self.weight is not None else 100.0 if self.sign == "=" else 0.0


def _blocks(text: str, notes: list[Note]) -> Iterator[_Block]:
    """What empty lines part, without comments and categories."""
    gathered: list[str] = []
    start = 1
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.startswith("//"):
            continue
        if line.startswith("$CATEGORY:"):
            notes.append(Note("", f"the category on line {number} is dropped"))
            continue
        if line.strip(_BLANKS):
            start = start if gathered else number
            gathered.append(line)
        elif gathered:
            yield _Block(start, "\n".join(gathered))
            gathered = []


@dataclass
class _Reader:
    """One question."""

    block: _Block
    filling: Filling
    notes: list[Note]
    name: str = ""

    def question(self) -> Question | None:
        """None for what asks nothing."""
        text = self.block.text.strip(_BLANKS)
        if title := _TITLE.match(text):
            self.name = unescape(title["title"]).strip()
            text = text[title.end() :]
        body = _BODY.match(text)
        if body is None:
            if not _NO_BRACES.match(text):
                raise self._fault("the braces do not pair up: write \\{ and \\} for braces in a text")
            self._note(f"line {self.block.line} asks nothing and is dropped")
            return None
        found = _GENERAL.match(body["inside"].strip(_BLANKS))
        if found is None:
            raise self._fault("a backslash stands alone at the end: write \\\\")
        before, after = body["before"], body["after"]
        explanation = self.filling.explained(unescape(found["general"] or "").strip())
        return self._question(before, found["answers"].strip(_BLANKS), after, {"explanation": explanation})

    def _question(self, before: str, inside: str, after: str, parts: dict[str, Any]) -> Question:
        has_tail = bool(after.strip(_BLANKS))
        prompt = f"{_literal(before)} ____ {unescape(after).strip()}" if has_tail else _literal(before)
        asked = parts | {"prompt": self.filling.text(prompt)}
        truth, _, said = inside.partition("#")
        if not inside:
            return self._made(Open, asked | {"type": "open"} | self._open())
        if inside.startswith("#"):
            return self._made(Numeric, asked | self._numeric(inside[1:]))
        if truth.strip(_BLANKS) in _TRUTH:
            return self._truth(_TRUTH[truth.strip(_BLANKS)], said, asked)
        answers = self._answers(inside)
        if any(answer.sign == "~" for answer in answers):
            return self._choice(answers, asked)
        if any("->" in answer.whole for answer in answers):
            return self._made(Matching, asked | {"type": "matching", "pairs": self._pairs(answers)})
        if has_tail:
            return self._gapped(before, answers, after, parts)
        return self._made(Cloze, asked | self._gap(answers, "{{1}}"))

    def _open(self) -> dict[str, Any]:
        self._note("has no rubric and no model answer yet")
        return {"rubric": self.filling.rubric(), "model_answer": NO_MODEL_ANSWER}

    def _answers(self, inside: str) -> list[_Answer]:
        found = list(_ANSWER.finditer(inside))
        if not found or found[0].start() or sum(len(answer[0]) for answer in found) != len(inside):
            raise self._fault("an answer must begin with = or ~")
        return [self._answer(answer["sign"], answer["said"].strip(_BLANKS)) for answer in found]

    def _answer(self, sign: str, text: str) -> _Answer:
        weight = _WEIGHT.match(text)
        parts = _FEEDBACK.match(text[weight.end() :] if weight else text)
        assert parts, "an unfinished escape was refused before"
        feedback = unescape(parts["feedback"] or "").strip()
        return _Answer(sign, float(weight[1]) if weight else None, parts["said"].strip(_BLANKS), text, feedback)

    def _choice(self, answers: list[_Answer], parts: dict[str, Any]) -> Question:
        if len(answers) > len(KEYS):
            raise self._fault(f"{len(answers)} options: a question has at most {len(KEYS)} here, take some out")
        is_single = any(answer.sign == "=" for answer in answers)
        right = [answer.share >= 100 if is_single else answer.share > 0 for answer in answers]
        if not any(right) or (is_single and sum(right) > 1):
            raise self._fault("mark one right answer with =, or each of several with its share such as ~%50%")
        if is_single and any(0 < answer.share < 100 for answer in answers):
            self._note("partly right answers count as wrong")
        if all(right):
            raise self._fault("every option is right: add a wrong one")
        options = [
            self.filling.option(i, answer.text, correct=correct, feedback=answer.feedback)
            for i, (answer, correct) in enumerate(zip(answers, right, strict=True))
        ]
        return self._choice_of(options, parts, is_single)

    def _truth(self, is_true: bool, said: str, parts: dict[str, Any]) -> Question:
        """`{T#said if wrong#said if right}`."""
        wrong = _FEEDBACK.match(said)
        off = unescape(wrong["said"]).strip() if wrong else ""
        words = ("True", "False") if self.filling.language == "en" else ("正确", "错误")
        options = [
            self.filling.option(i, word, correct=(i == 0) is is_true, feedback="" if (i == 0) is is_true else off)
            for i, word in enumerate(words)
        ]
        return self._choice_of(options, parts, is_single=True)

    def _choice_of(self, options: list[dict[str, Any]], parts: dict[str, Any], is_single: bool) -> Question:
        filled = self.filling.filled_up(options)
        if len(filled) > len(options):
            self._note("has fillers among its options: a question has at least three here")
        if is_single:
            return self._made(SingleChoice, parts | {"type": "single", "options": filled})
        return self._made(MultipleChoice, parts | {"type": "multiple", "options": filled})

    def _numeric(self, inside: str) -> dict[str, Any]:
        first = self._answers(inside)[0] if inside.lstrip(_BLANKS).startswith("=") else self._answer("=", inside)
        value = _VALUE.match(first.raw)
        if value is None:
            raise self._fault("a number is written {#2000:1}, its tolerance behind the colon")
        if first.feedback or inside.count("=") > 1:
            self._note("keeps its first number only, without feedback")
        if value["low"]:
            low, high = float(value["low"]), float(value["high"])
            answer, off = low / 2 + high / 2, abs(high - low) / 2
        else:
            answer, off = float(value["value"]), float(value["off"] or 0)
        if not (math.isfinite(answer) and math.isfinite(off) and off >= 0):
            raise self._fault("a number or a tolerance is too large, or below nought")
        self._note("no code computes its number: name a function in `derive`")
        derive = {"function": NO_FUNCTION}
        return {"type": "numeric", "answer": answer, "tolerance": {"absolute": off}, "derive": derive}

    def _pairs(self, answers: list[_Answer]) -> list[dict[str, Any]]:
        if len(answers) > len(KEYS):
            raise self._fault(f"{len(answers)} pairs: a question has at most {len(KEYS)} here, take some out")
        pairs = []
        for key, answer in zip(KEYS, answers, strict=False):
            left, arrow, right = answer.whole.partition("->")
            if not arrow:
                raise self._fault("some answers have `->` and others do not: a pair is written =left -> right")
            texts = self.filling.text(_literal(left)), self.filling.text(unescape(right).strip())
            pairs.append({"key": key, "left": texts[0], "right": texts[1]})
        return pairs

    def _gapped(self, before: str, answers: list[_Answer], after: str, parts: dict[str, Any]) -> Question:
        """A missing word: its paragraph is the text, what stands before that the prompt."""
        prompt, _, start = _without_marker(unescape(before)).rpartition("\n\n")
        said = self.filling.text(prompt.strip()) if prompt.strip() else FILL_IN
        text = f"{start}{{{{1}}}}{unescape(after)}".strip()
        return self._made(Cloze, parts | {"prompt": said} | self._gap(answers, text))

    def _gap(self, answers: list[_Answer], text: str) -> dict[str, Any]:
        right = [answer for answer in answers if answer.share >= 100]
        if not right:
            raise self._fault("no answer is wholly right: mark one with =")
        if len(right) < len(answers) or any(answer.feedback for answer in answers):
            self._note("keeps its right answers only, without feedback")
        texts = self.filling.text(text) if text != "{{1}}" else {"en": text, "zh": text}
        accept = [answer.text for answer in right]
        return {"type": "cloze", "text": texts, "gaps": {"1": {"accept": accept}}}

    def _made(self, model: type[M], parts: dict[str, Any]) -> M:
        return self.filling.question(self.block.line, model, self.name, parts)

    def _note(self, sentence: str) -> None:
        self.notes.append(Note(self.name or f"line {self.block.line}", sentence))

    def _fault(self, sentence: str) -> Malformed:
        return Malformed(self.block.line, sentence)


def _literal(raw: str) -> str:
    """The text that is meant by `raw`, without the marker of its format."""
    return unescape(_without_marker(raw)).strip(_BLANKS)


def _without_marker(text: str) -> str:
    text = text.lstrip(_BLANKS)
    return next((text[len(marker) :] for marker in MARKERS if text.startswith(marker)), text)
