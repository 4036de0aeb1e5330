"""Holding the whole bank to its rules; what `ropes bank check` prints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel

from labs.grading.content import Language, Source, Text, Track
from labs.grading.yaml_source import Field, InvalidFile, Problem, duplicate_keys, line_of
from quiz.bank import calculators, glossary, inventory
from quiz.bank.fresh import Evaluator
from quiz.bank.glossary import Term, glossary_faults, read_glossary
from quiz.bank.keys import wrong_keys
from quiz.bank.loader import Bank, TopicFile
from quiz.bank.private import PrivateBank, harmless
from quiz.bank.prose import markup_faults, parity_faults
from quiz.bank.sandboxed import compute_sandboxed
from quiz.bank.schema import Topic
from quiz.bank.whole import balance_problems, whole_bank_problems

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
    terms, unreadable = _terms(bank)
    problems += unreadable
    for file, topic in topics.items():
        problems += _located(file.path, _prose_findings(topic, (), terms))
        problems += _located(file.path, _source_findings(topic, ()))
    problems += _repeated_ids(topics)
    problems += (p for file, found in wrong_keys(topics, on_progress) for p in _located(file.path, [found]))
    problems += [] if only else whole_bank_problems(bank, topics)
    return sorted(set(problems))


def check_private(
    bank: PrivateBank, judge: Evaluator, on_progress: Callable[[str], None] | None = None
) -> list[Problem]:
    """What is wrong with a private bank. Its code runs in the judge's sandbox and nowhere else. Raises JudgeFault.

    It is not held to what our own bank promises: an inventory, a glossary, ids that are locked.
    """
    problems = [*bank.left_out(), *_misplaced_files(bank)]
    unusable = {problem.file for problem in bank.left_out()}
    topics = {file: bank.read(file) for file in bank.topics() if file.path not in unusable}
    for file, topic in topics.items():
        problems += _duplicate_keys(file.path)
        problems += _located(file.path, (*_prose_findings(topic, (), ()), *_source_findings(topic, ())))
    problems += _repeated_ids(topics)
    problems += balance_problems(bank, topics)
    for file, found in wrong_keys(topics, on_progress, partial(compute_sandboxed, judge)):
        problems += [harmless(problem) for problem in _located(file.path, [found])]
    return sorted(set(problems))


def _terms(bank: Bank) -> tuple[list[Term], list[Problem]]:
    try:
        return read_glossary(bank.root), []
    except InvalidFile as invalid:
        return [], invalid.problems


def _misplaced_files(bank: Bank) -> Iterator[Problem]:
    """Files that look like topics and that the loader passes over."""
    known = {file.path for file in bank.topics()} | {
        bank.root / name for name in (inventory.FILE_NAME, glossary.FILE_NAME, calculators.FILE_NAME)
    }
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


def _prose_findings(node: object, field: Field, terms: Sequence[Term]) -> Iterator[Finding]:
    for here, text in _walk(node, field, Text):
        # ("questions", 3, "options", …): the part after the index says whether it is asked.
        asked = len(here) > 2 and here[2] in ASKED and here[-1] != "feedback"
        yield from ((here, fault) for fault in parity_faults(text, asked=asked))
        yield from ((here, fault) for fault in glossary_faults(text, terms))
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
