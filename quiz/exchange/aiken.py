"""Aiken: a question on one line, its options below it, the letter of the right one. Single choice and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from quiz.bank.schema import Question, SingleChoice
from quiz.exchange.filling import KEYS, Filling
from quiz.exchange.outcome import Exported, Imported, Malformed, Note
from quiz.exchange.prose import one_line, plain_lines

_OPTION = re.compile(r"(?P<letter>[A-Z])[.)][ \t]+(?P<text>.*)")
_ANSWER = re.compile(r"ANSWER:[ \t]*(?P<letter>.*)")
_LOOKS_LIKE_MORE = re.compile(r"[A-Z][.)]\s|ANSWER:")


def write_aiken(questions: Iterable[Question], language: str) -> Exported:
    """The single-choice ones among `questions` in one language, and what stays behind."""
    notes = [
        Note(
            "",
            "Aiken holds a prompt, options and the right letter; ids, feedback, explanations, sources, levels, topics "
            "and the second language are dropped",
        )
    ]
    written: list[str] = []
    for question in questions:
        if not isinstance(question, SingleChoice):
            notes.append(Note(question.id, f"left out: Aiken holds single choice only, this is {question.type}"))
            continue
        prompt = question.prompt[language]
        if _LOOKS_LIKE_MORE.match(prompt):
            notes.append(Note(question.id, "left out: its prompt begins like an option, and Aiken cannot escape that"))
            continue
        texts = [option.text[language] for option in question.options]
        if any("\n" in plain_lines(text) for text in (prompt, *texts)):
            notes.append(Note(question.id, "its line breaks become spaces"))
        written.append(_question(question, language))
    return Exported("\n".join(written), notes)


def read_aiken(text: str, filling: Filling) -> Imported:
    """The questions of an Aiken file. Raises `Malformed`."""
    notes: list[Note] = []
    questions = [_read(lines, filling, notes) for lines in _blocks(text)]
    return Imported(questions, notes)


def _question(question: SingleChoice, language: str) -> str:
    lines = [one_line(question.prompt[language])]
    letters = {option.key: key.upper() for key, option in zip(KEYS, question.options, strict=False)}
    lines += [f"{letters[option.key]}. {one_line(option.text[language])}" for option in question.options]
    return "\n".join([*lines, f"ANSWER: {letters[min(question.correct_keys)]}", ""])


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each question with their numbers: an answer ends it, empty lines count for nothing."""
    gathered: list[tuple[int, str]] = []
    for number, line in enumerate(plain_lines(text).split("\n"), start=1):
        if line.strip():
            gathered.append((number, line.strip(" \t")))
            if _ANSWER.match(gathered[-1][1]):
                yield gathered
                gathered = []
    if gathered:
        raise Malformed(gathered[0][0], "this question has no line `ANSWER: A` behind its options: add one")


def _read(lines: list[tuple[int, str]], filling: Filling, notes: list[Note]) -> Question:
    (first, prompt), *options, (last, answer) = lines if len(lines) > 1 else [(lines[0][0], ""), *lines]
    if not prompt or _OPTION.match(prompt):
        raise Malformed(first, "the question is missing: write it on one line above its options")
    texts: list[str] = []
    for number, line in options:
        found = _OPTION.match(line)
        if found is None or found["letter"] != chr(ord("A") + len(texts)):
            raise Malformed(
                number, f"here option {chr(ord('A') + len(texts))} is expected, written `A. text`, on one line"
            )
        texts.append(found["text"])
    if not 2 <= len(texts) <= len(KEYS):
        raise Malformed(first, f"{len(texts)} options: write 2 to {len(KEYS)}")
    said = _ANSWER.match(answer)
    right = KEYS.upper().find(said["letter"].strip()) if said and len(said["letter"].strip()) == 1 else -1
    if not 0 <= right < len(texts):
        raise Malformed(last, "the answer is the letter of one of the options")
    made = [filling.option(i, text, correct=i == right) for i, text in enumerate(texts)]
    filled = filling.filled_up(made)
    if len(filled) > len(made):
        notes.append(Note(f"line {first}", "has fillers among its options: a question has at least three here"))
    parts = {"type": "single", "prompt": filling.text(prompt), "options": filled}
    return filling.question(first, SingleChoice, "", parts)
