"""Holding the whole bank to its rules; what `ropes bank check` prints."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel

from labs.grading.content import Language, Source, Text, Track
from labs.grading.yaml_source import Field, InvalidFile, Problem, duplicate_keys, line_of
from quiz.bank.derive import Outcome, compute, job_of
from quiz.bank.loader import Bank, Entry, TopicFile
from quiz.bank.prose import markup_faults, parity_faults
from quiz.bank.schema import LogDiagnosis, Numeric, Question, SingleChoice, Topic, Trace

SAME_NUMBER = 1e-9
"""Relative difference up to which a stored number is the computed one: floats are written in decimal."""
BESIDE_THE_TOPICS = ("inventory.yaml", "glossary.yaml")
ASKED = {"prompt", "text", "options", "items", "pairs", "unit"}
"""The fields that a person must have read to answer; the others explain."""

T = TypeVar("T")
Finding = tuple[Field, str]
"""A field of a file, and what is wrong with it."""


def check(
    bank: Bank, on_progress: Callable[[str], None] | None = None, only: Collection[TopicFile] = ()
) -> list[Problem]:
    """Everything that is wrong with the bank, by file and line. A broken file hides none of the others' faults.

    Runs the derive functions and the code of the trace questions, which takes seconds; `on_progress` gets one
    short text for each. With `only`, no other file is looked at.
    """
    problems = [] if only else list(_misplaced_files(bank))
    topics: dict[TopicFile, Topic] = {}
    for file in only or bank.topics():
        try:
            topics[file] = bank.read(file)
        except InvalidFile as invalid:
            problems += invalid.problems
        problems += _duplicate_keys(file.path)
    for file, topic in topics.items():
        problems += _located(file.path, _prose_findings(topic, ()))
        problems += _located(file.path, _source_findings(topic, ()))
    problems += _repeated_ids(topics)
    problems += _wrong_keys(topics, on_progress)
    return sorted(set(problems))


def _misplaced_files(bank: Bank) -> Iterator[Problem]:
    """Files that look like topics and that the loader passes over."""
    known = {file.path for file in bank.topics()} | {bank.root / name for name in BESIDE_THE_TOPICS}
    for path in sorted({*bank.root.rglob("*.yaml"), *bank.root.rglob("*.yml")} - known):
        yield Problem(path, 1, "", f"never read: a topic is <track>/<name>.yaml, the tracks are {', '.join(Track)}")


def _duplicate_keys(path: Path) -> list[Problem]:
    try:
        return list(duplicate_keys(path))
    except (InvalidFile, yaml.YAMLError):
        return []  # reading it has said so


def _repeated_ids(topics: dict[TopicFile, Topic]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for file, topic in topics.items():
        for i, question in enumerate(topic.questions):
            if question.id in first:
                message = f"the id {question.id} stands already in {first[question.id].name}; choose another"
                yield from _located(file.path, [(("questions", i, "id"), message)])
            first.setdefault(question.id, file.path)


def _prose_findings(node: object, field: Field) -> Iterator[Finding]:
    for here, text in _walk(node, field, Text):
        # ("questions", 3, "options", …): the part after the index says whether it is asked.
        asked = len(here) > 2 and here[2] in ASKED and here[-1] != "feedback"
        yield from ((here, fault) for fault in parity_faults(text, asked=asked))
        for language in Language:
            yield from (((*here, language.value), fault) for fault in markup_faults(text[language]))


def _source_findings(node: object, field: Field) -> Iterator[Finding]:
    for here, source in _walk(node, field, Source):
        if not _is_page(source.url):
            yield (*here, "url"), f"{source.url} is not the address of a page; write https://host/path"


def _is_page(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return "." in host.strip(".") and url[-1] not in ".,;"


def _wrong_keys(topics: dict[TopicFile, Topic], on_progress: Callable[[str], None] | None) -> Iterator[Problem]:
    """Keys that are not what their code computes, and code that computes nothing."""
    derived = [
        (file, i, entry, job)
        for file, topic in topics.items()
        for i, question in enumerate(topic.questions)
        if (job := job_of(entry := Entry(question, file.track, file.name, file.path)))
    ]
    outcomes = compute([job for *_, job in derived], on_progress)
    for (file, i, entry, _), outcome in zip(derived, outcomes, strict=True):
        findings = _key_findings(entry.question, outcome)
        yield from _located(file.path, [(("questions", i, name), message) for name, message in findings])


def _key_findings(question: Question, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Field of the question and message."""
    computed = outcome.value
    match question:
        case Trace() if outcome.error:
            yield "code", f"running it failed: {outcome.error}"
        case Trace():
            if _lines(str(computed)) != _lines(question.answer):
                yield "answer", f"the code prints {str(computed).strip()!r}; write that"
        case _ if outcome.error:
            yield "derive", outcome.error
        case Numeric():
            if not isinstance(computed, int | float) or not _same_number(computed, question.answer):
                yield "answer", f"{question.derive.function} returns {computed!r}; write that"
        case SingleChoice() | LogDiagnosis():
            if computed not in question.correct_keys:
                yield (
                    "derive",
                    f"it returns {computed!r}; the option marked correct is {min(question.correct_keys)}",
                )


def _same_number(computed: float, stored: float) -> bool:
    return math.isclose(computed, stored, rel_tol=SAME_NUMBER)


def _lines(output: str) -> list[str]:
    """White space at the ends does not show, so it need not agree."""
    return [line.rstrip() for line in output.strip().splitlines()]


def _walk(node: object, field: Field, kind: type[T]) -> Iterator[tuple[Field, T]]:
    """Every `kind` inside `node`, with its path as the file has it."""
    if isinstance(node, kind):
        yield field, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _walk(getattr(node, name), (*field, name), kind)
    elif isinstance(node, list):
        for i, item in enumerate(node):
            yield from _walk(item, (*field, i), kind)


def _located(path: Path, findings: Iterable[Finding]) -> list[Problem]:
    text = path.read_text(encoding="utf-8")
    return [Problem(path, line_of(text, field), ".".join(map(str, field)), message) for field, message in findings]
